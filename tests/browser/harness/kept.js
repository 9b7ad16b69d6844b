// What a page keeps on its device, read as somebody would who has the device.

/** All that lies in the browser for this page, as one text: storages, databases, caches. */
export function everythingKept(page) {
  return page.evaluate(async () => {
    const answered = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
    const found = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)]
    for (const { name } of await indexedDB.databases()) {
      const db = await answered(indexedDB.open(name))
      for (const store of db.objectStoreNames)
        found.push(JSON.stringify(await answered(db.transaction(store).objectStore(store).getAll())))
      db.close()
    }
    for (const name of await caches.keys()) {
      const cache = await caches.open(name)
      for (const request of await cache.keys())
        found.push(request.url, await (await cache.match(request)).text())
    }
    return found.join('\n')
  })
}

/** Waits until it holds this text. */
export async function untilKept(page, text) {
  while (!(await everythingKept(page)).includes(text))
    await page.evaluate(() => new Promise(requestAnimationFrame))
}

/** Waits until it holds this text no more. */
export async function untilErased(page, text) {
  while ((await everythingKept(page)).includes(text))
    await page.evaluate(() => new Promise(requestAnimationFrame))
}
