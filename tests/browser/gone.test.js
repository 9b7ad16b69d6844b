// What is not here any more, in Chromium: messages that were deleted while an answer was on its way, and people.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { launch, skip } from './harness/chromium.js'
import { holdBack } from './harness/holdBack.js'
import { look } from './harness/look.js'
import { PASSWORD, Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'

describe('what is gone in Chromium', { skip }, () => {
  let porch, browser, ada, grace
  const chapter = story(() => [ada, grace].filter(Boolean).map((person) => person.page))

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch)
    ada = await Person.at(browser, porch, 'Ada')
    await ada.join()
    grace = await Person.at(browser, porch, 'Grace 葛')
    await grace.join()
  })

  after(async () => {
    await browser?.close()
    await porch?.stop()
  })

  chapter('a page of history held back while a message is deleted comes without its text', async () => {
    await ada.openRoom('Everybody')
    await ada.say('A secret ingredient')
    await ada.say('Salt')
    // Where the room for everybody is not open yet, nor kept on the device.
    await forgetCache(grace.page)
    await grace.page.goto('/me')
    await grace.chatRow('Everybody').waitFor()
    const release = await holdBack(grace.page, '/messages?')
    await grace.chatRow('Everybody').click()
    await grace.page.waitForFunction(() => window.held)
    await remove(ada, 'A secret ingredient')
    await ada.say('Pepper')
    await grace.page.locator('nav a.row', { hasText: 'Pepper' }).waitFor()
    await release()
    await grace.page.getByText('This message was deleted').waitFor()
    assert.equal(await grace.page.getByText('secret ingredient').count(), 0)
    const [own, hers] = await Promise.all([ada, grace].map(heightOfDeleted))
    assert.equal(own, hers, 'one’s own leaves no more behind than others’')
  })

  chapter('so do the results of a search, on their way and on the screen', async () => {
    await ada.say('Another secret')
    await ada.say('The last secret')
    await grace.page.getByRole('link', { name: 'Search' }).first().click()
    const release = await holdBack(grace.page, '/api/search?')
    await grace.page.getByRole('searchbox', { name: 'Search the messages' }).fill('secret')
    await grace.page.waitForFunction(() => window.held)
    await remove(ada, 'Another secret')
    await ada.say('Thyme')
    await grace.page.locator('nav a.row', { hasText: 'Thyme' }).waitFor()
    await release()
    await grace.page.locator('a.hit', { hasText: 'The last secret' }).waitFor()
    assert.equal(await grace.page.locator('a.hit').count(), 1)
    await remove(ada, 'The last secret')
    await grace.page.locator('a.hit').waitFor({ state: 'detached' })
  })

  chapter('an open menu does not keep the text, nor does what is read aloud', async () => {
    await grace.openRoom('Everybody')
    await ada.say('Vanilla')
    await grace.page.locator('[role=log]', { hasText: 'Vanilla' }).waitFor({ state: 'attached' })
    await grace.message('Vanilla').hover()
    await grace.message('Vanilla').getByRole('button', { name: 'What to do with this message' }).click()
    await grace.page.getByRole('menuitem', { name: 'Copy the text' }).waitFor()
    await remove(ada, 'Vanilla')
    await grace.page.getByRole('menu').waitFor({ state: 'detached' })
    assert.ok(!(await grace.page.content()).includes('Vanilla'))
  })

  chapter('nothing that was said is kept by the service worker', async () => {
    const kept = await ada.page.evaluate(async () => {
      await navigator.serviceWorker.ready
      const requests = []
      for (const name of await caches.keys())
        for (const { url } of await (await caches.open(name)).keys()) requests.push(new URL(url).pathname)
      return requests
    })
    assert.ok(kept.length > 5, 'the shell is kept')
    assert.deepEqual(
      kept.filter((path) => path.startsWith('/api') || path.startsWith('/pictures')),
      [],
    )
  })

  chapter('who deletes the account leaves the name with those they talked with alone', async () => {
    await ada.page.getByRole('link', { name: 'People' }).click()
    await ada.page.locator('a.row', { hasText: 'Grace' }).click()
    await ada.page.getByRole('button', { name: 'Message' }).click()
    await ada.say('See you tomorrow?')
    await ada.composer().fill('Half a thou')
    await grace.page.goto('/me')
    await grace.page.getByRole('button', { name: 'Delete my account' }).click()
    await look(grace.page, 'delete-account')
    await grace.page.getByLabel('Your password, to be sure it is you').fill(PASSWORD)
    await grace.page.getByRole('button', { name: 'Delete for good' }).click()
    await ada.page.getByText('Grace 葛 is not here any more.').waitFor()
    assert.equal(await ada.composer().count(), 0)
    await ada.page.getByRole('heading', { name: 'Grace 葛' }).waitFor()
    await ada.chatRow('Grace 葛').waitFor()
    await look(ada.page, 'person-gone')
    await ada.page.reload()
    await ada.page.getByText('Grace 葛 is not here any more.').waitFor()
    await ada.page.emulateMedia({ colorScheme: 'dark' })
    await ada.page.evaluate(() => localStorage.setItem('porch.language', 'zh'))
    await ada.page.reload()
    await ada.page.getByText('Grace 葛已经不在这里了。').waitFor()
    await look(ada.page, 'zh-dark-person-gone')
    await ada.page.getByRole('link', { name: '房间详情' }).last().click()
    await ada.page.locator('aside h2').waitFor()
    await look(ada.page, 'zh-dark-person-gone-details')
  })

  chapter('nothing went wrong on either page', async () => {
    await ada.leave()
    await grace.leave()
  })
})

/** Takes away what the page has kept of the rooms, where no page runs that would write it anew. */
async function forgetCache(page) {
  await page.goto('/healthz')
  await page.evaluate(async () => {
    const done = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)))
    const db = await done(indexedDB.open('porch'))
    await done(db.transaction('cache', 'readwrite').objectStore('cache').clear())
    db.close()
  })
}

/** How much room the newest message that was deleted takes. */
async function heightOfDeleted(person) {
  const deleted = person.message('This message was deleted').locator('.content')
  return deleted.evaluate((content) => content.getBoundingClientRect().height)
}

/** Deletes a message that is on the screen. */
async function remove(person, text) {
  await person.message(text).hover()
  await person.message(text).getByRole('button', { name: 'What to do with this message' }).click()
  await person.page.getByRole('menuitem', { name: 'Delete' }).click()
  await person.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await person.page.getByRole('dialog').waitFor({ state: 'detached' })
}
