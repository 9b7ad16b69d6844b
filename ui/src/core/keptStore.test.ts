import 'fake-indexeddb/auto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { CachedHead } from './cache'
import { changeCache } from './cacheWriter'
import { KeptStore } from './keptStore'
import type { Stored } from './outbox'

const ADA = '1.1790000000000'
const item = (id: string): Stored => ({
  client_msg_id: id,
  room: 1,
  body: id,
  written_at: 0,
  failed: null,
  account: ADA,
})

let names = 0
let name: string
let store: KeptStore

beforeEach(() => {
  name = `store-${names++}`
  store = new KeptStore(name, { has: () => true, isLast: () => true })
})

afterEach(() => {
  vi.restoreAllMocks()
})

/** A tab that holds the database in this version; deaf to others where it is of before they asked it to let go. */
function held(version: number): Promise<IDBDatabase> {
  const asked = indexedDB.open(name, version)
  asked.onupgradeneeded = () => {
    if (version === 1)
      asked.result.createObjectStore('outbox', { keyPath: 'client_msg_id' }).createIndex('author', 'author')
  }
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error)
  })
}

test('an_old_tab_that_does_not_let_go_is_not_waited_for_and_all_is_well_when_it_is_closed', async () => {
  const old = await held(1)
  await expect(store.put(item('a'))).rejects.toThrow('an older tab')
  await expect(store.all(ADA)).rejects.toThrow('an older tab')
  old.close()
  await vi.waitFor(async () => expect(await store.all(ADA)).toEqual([]))
  await store.put(item('b'))
  expect((await store.all(ADA)).map(({ body }) => body)).toEqual(['b'])
})

test('a_newer_page_gets_the_database_at_once', async () => {
  await store.put(item('a'))
  const newer = await held(99)
  expect(newer.version).toBe(99)
  await expect(store.put(item('b'))).rejects.toThrow()
  newer.close()
})

test('what_the_page_of_before_left_unsent_is_there_and_that_page_does_not_touch_it_any_more', async () => {
  const asked = indexedDB.open(name, 2)
  asked.onupgradeneeded = () => {
    const outbox = asked.result.createObjectStore('outbox', { keyPath: 'client_msg_id' })
    outbox.createIndex('account', 'account')
    outbox.put(item('a'))
    asked.result.createObjectStore('cache', { keyPath: 'id' })
  }
  await new Promise<void>((resolve) => {
    asked.onsuccess = () => {
      asked.result.onversionchange = () => asked.result.close()
      resolve()
    }
  })
  expect((await store.all(ADA)).map(({ body }) => body)).toEqual(['a'])
  await store.put(item('b'))
  expect(await store.all(ADA)).toHaveLength(2)
  await expect(held(2)).rejects.toThrow()
})

test('an_opening_that_failed_is_tried_again', async () => {
  const open = vi.spyOn(indexedDB, 'open').mockImplementationOnce(() => {
    throw new DOMException('not now', 'UnknownError')
  })
  await expect(store.all(ADA)).rejects.toThrow('not now')
  open.mockRestore()
  await store.put(item('b'))
  expect((await store.all(ADA)).map(({ body }) => body)).toEqual(['b'])
})

test('so_is_one_that_failed_later', async () => {
  // Of a version that this page does not know.
  const newer = await held(99)
  await expect(store.all(ADA)).rejects.toThrow()
  newer.close()
  await new Promise<void>((resolve) => {
    indexedDB.deleteDatabase(name).onsuccess = () => resolve()
  })
  expect(await store.all(ADA)).toEqual([])
})

test('a_database_that_the_browser_closed_is_opened_again', async () => {
  await store.put(item('a'))
  const db = await held(4)
  expect(db.version).toBe(4)
  db.close()
  await new Promise<void>((resolve) => {
    indexedDB.deleteDatabase(name).onsuccess = () => resolve()
  })
  expect(await store.all(ADA)).toEqual([])
  await store.put(item('b'))
  expect(await store.all(ADA)).toHaveLength(1)
})

test('an_unsent_message_takes_the_space_of_the_cache', async () => {
  const head = { id: 0, account: ADA } as CachedHead
  await store.write('cache', (cache) => cache.put(head))
  const { put } = IDBObjectStore.prototype
  let isFull = true
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value) {
    if (isFull && this.name === 'outbox') throw new DOMException('full', 'QuotaExceededError')
    return put.call(this, value)
  })
  const { clear } = IDBObjectStore.prototype
  vi.spyOn(IDBObjectStore.prototype, 'clear').mockImplementation(function (this: IDBObjectStore) {
    isFull = false
    return clear.call(this)
  })
  await store.put(item('a'))
  expect(await store.all(ADA)).toHaveLength(1)
  expect(await store.cached()).toEqual([])
})

test('what_was_asked_for_before_somebody_went_is_not_written_after', async () => {
  let mayKeep = true
  const accounts = { has: () => mayKeep, isLast: () => mayKeep }
  store = new KeptStore(name, accounts)
  const opening = store.put(item('a'))
  const cached = changeCache(store, accounts, ADA, () => ({
    isWhole: true,
    put: [{ id: 0, account: ADA } as CachedHead],
    dropped: [],
  }))
  mayKeep = false
  await opening
  expect(await cached).toBe(false)
  expect([await store.all(ADA), await store.cached()]).toEqual([[], []])
})

test('what_lies_beside_a_message_is_no_message_and_goes_with_it', async () => {
  for (const id of ['a', 'b']) {
    await store.put(item(id))
    await store.putting((outbox) => outbox.put({ client_msg_id: `${id}/0`, of: ADA, blob: new Blob(['x']) }))
  }
  expect((await store.all(ADA)).map(({ client_msg_id }) => client_msg_id)).toEqual(['a', 'b'])
  await store.remove('a')
  expect(await store.read('outbox', (outbox) => outbox.getAllKeys())).toEqual(['b', 'b/0'])
})

test('and_with_everything_of_one_who_may_keep_nothing', async () => {
  let kept = [ADA, '2.1790000000000']
  store = new KeptStore(name, { has: (account) => kept.includes(account), isLast: () => false })
  for (const [at, account] of kept.entries()) {
    await store.put({ ...item(`${at}`), account })
    await store.putting((outbox) => outbox.put({ client_msg_id: `${at}/0`, of: account }))
  }
  kept = [ADA]
  await store.prune(null)
  expect(await store.read('outbox', (outbox) => outbox.getAllKeys())).toEqual(['0', '0/0'])
})

test('a_page_that_is_put_aside_keeps_nobody_from_what_is_kept', async () => {
  await store.put(item('a'))
  // What goes on with each answer ends never by itself where no answer is heard.
  let asked = 0
  const goesOn = store.putting((outbox) => {
    const again = () => {
      asked += 1
      outbox.get('a').onsuccess = again
    }
    again()
  })
  await vi.waitFor(() => expect(asked).toBeGreaterThan(1))
  store.letGo()
  await expect(goesOn).rejects.toThrow()
  await expect(store.put(item('b'))).rejects.toThrow('elsewhere')
  await expect(store.all(ADA)).rejects.toThrow('elsewhere')
  const newer = await held(99)
  newer.close()
})

test('nor_is_it_kept_by_what_is_just_over', async () => {
  await store.put(item('a'))
  const aborted = vi.spyOn(IDBTransaction.prototype, 'abort').mockImplementationOnce(() => {
    throw new DOMException('committing', 'InvalidStateError')
  })
  const [over, other] = [store.put(item('b')), store.put(item('c'))]
  await Promise.resolve()
  await Promise.resolve()
  store.letGo()
  expect(aborted).toHaveBeenCalledTimes(2)
  await over
  await expect(other).rejects.toThrow()
})

test('and_goes_on_when_one_comes_back', async () => {
  await store.put(item('a'))
  store.letGo()
  store.takeUp()
  await store.put(item('b'))
  expect(await store.all(ADA)).toHaveLength(2)
})
