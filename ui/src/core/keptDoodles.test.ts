import 'fake-indexeddb/auto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DOODLES_MAX, KeptDoodles, PAGE_STEPS } from './keptDoodles'
import { KeptStore } from './keptStore'

const ADA = '1.1790000000000'
const GRACE = '2.1790000000000'
const ROOM = 7

type Facts = { done: number }
type DoodleStep = { at: number }

let names = 0
let name: string
let gone: Set<string>
let now: number

beforeEach(() => {
  name = `doodles-${names++}`
  gone = new Set()
  now = 1
})

afterEach(() => vi.restoreAllMocks())

const accounts = { has: (of: string) => !gone.has(of), isLast: () => true }
/** One life of one tab. */
function tab() {
  const store = new KeptStore(name, accounts)
  return { store, doodles: new KeptDoodles(store, accounts, () => now++) }
}
const steps = (count: number, from = 0): DoodleStep[] =>
  Array.from({ length: count }, (_, at) => ({ at: from + at }))
const doodle = (all: readonly DoodleStep[], pictures: readonly Blob[] = []) => ({
  facts: { done: all.length },
  steps: all,
  pictures,
})
const read = (from: KeptDoodles, of = ADA, room = ROOM) => from.read<Facts, DoodleStep>(of, room)

/** Everything that lies on the device of doodles, by its keys. */
const keys = (store: KeptStore) => store.read('doodles', (doodles) => doodles.getAllKeys())

test('the_next_life_of_the_page_goes_on_with_it', async () => {
  const { doodles } = tab()
  const all = steps(PAGE_STEPS * 2 + 3)
  expect(await doodles.keep(ADA, ROOM, doodle(all, [new Blob(['a picture'])]))).toBe(true)
  const found = await read(tab().doodles)
  expect([found?.facts.done, found?.steps]).toEqual([all.length, all])
  expect(await found!.pictures[0]!.text()).toBe('a picture')
  expect([await read(tab().doodles, GRACE), await read(tab().doodles, ADA, 8)]).toEqual([null, null])
})

test('with_each_line_only_the_page_it_is_on_is_written', async () => {
  const { doodles } = tab()
  const all = steps(PAGE_STEPS * 3)
  const picture = new Blob(['a picture'])
  await doodles.keep(ADA, ROOM, doodle(all, [picture]))
  const put = vi.spyOn(IDBObjectStore.prototype, 'put')
  await doodles.keep(ADA, ROOM, doodle([...all, { at: -1 }], [picture]))
  const written = put.mock.calls.map(([record]) => (record as { key: unknown[] }).key.slice(2))
  expect(written).toEqual([
    ['steps', 3],
    ['head', 0],
  ])
})

test('what_was_drawn_after_an_undo_takes_the_place_of_what_was_there', async () => {
  const { doodles, store } = tab()
  const all = steps(PAGE_STEPS * 3)
  await doodles.keep(ADA, ROOM, doodle(all))
  const other = [...all.slice(0, PAGE_STEPS - 1), { at: -1 }]
  await doodles.keep(ADA, ROOM, doodle(other))
  expect((await read(tab().doodles))?.steps).toEqual(other)
  expect(await keys(store)).toHaveLength(2)
})

test('what_two_tabs_draw_is_not_mixed', async () => {
  const [one, two] = [tab(), tab()]
  await one.doodles.keep(ADA, ROOM, doodle(steps(PAGE_STEPS * 2)))
  await two.doodles.keep(ADA, ROOM, doodle(steps(3, 500)))
  expect((await read(two.doodles))?.steps).toEqual(steps(3, 500))
  const more = steps(PAGE_STEPS * 2 + 1)
  await one.doodles.keep(ADA, ROOM, doodle(more))
  expect((await read(tab().doodles))?.steps).toEqual(more)
})

test('nothing_is_written_or_found_of_one_who_has_asked_to_go_and_what_there_was_is_erased', async () => {
  const { doodles, store } = tab()
  await doodles.keep(ADA, ROOM, doodle(steps(2)))
  await doodles.keep(GRACE, ROOM, doodle(steps(2)))
  gone.add(ADA)
  expect(await read(doodles)).toBeNull()
  await store.prune(GRACE)
  await doodles.keep(ADA, ROOM, doodle(steps(3)))
  expect((await keys(store)).map((key) => (key as unknown[])[0])).toEqual([GRACE, GRACE])
})

test('what_was_sent_is_there_no_more_and_leaves_the_other_rooms_alone', async () => {
  const { doodles, store } = tab()
  await doodles.keep(ADA, ROOM, doodle(steps(PAGE_STEPS + 1), [new Blob(['a'])]))
  await doodles.keep(ADA, ROOM + 1, doodle(steps(1)))
  expect(await doodles.erase(ADA, ROOM)).toBe(true)
  expect(await read(doodles)).toBeNull()
  expect(await keys(store)).toHaveLength(2)
  // And what is begun after it is whole.
  await doodles.keep(ADA, ROOM, doodle(steps(2)))
  expect((await read(tab().doodles))?.steps).toEqual(steps(2))
})

test('of_too_many_rooms_those_go_that_were_not_touched_for_the_longest_time', async () => {
  const { doodles } = tab()
  for (let room = 1; room <= DOODLES_MAX; room++) await doodles.keep(ADA, room, doodle(steps(1)))
  await doodles.keep(ADA, 1, doodle(steps(2)))
  await doodles.keep(GRACE, 1, doodle(steps(1)))
  await doodles.keep(ADA, 99, doodle(steps(1)))
  expect(await read(doodles, ADA, 2)).toBeNull()
  const left = await Promise.all([1, 3, 99].map((room) => read(doodles, ADA, room)))
  expect(left.map((each) => each?.steps.length)).toEqual([2, 1, 1])
  expect(await read(doodles, GRACE, 1)).not.toBeNull()
})

test('a_device_without_space_says_so_and_the_next_time_all_of_it_is_written', async () => {
  const { doodles } = tab()
  await doodles.keep(ADA, ROOM, doodle(steps(1)))
  const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('', 'QuotaExceededError')
  })
  expect(await doodles.keep(ADA, ROOM, doodle(steps(2)))).toBe(false)
  put.mockRestore()
  expect(await doodles.keep(ADA, ROOM, doodle(steps(3)))).toBe(true)
  expect((await read(tab().doodles))?.steps).toEqual(steps(3))
})

test('a_page_of_before_leaves_its_unsent_messages_and_there_is_a_place_for_doodles', async () => {
  const asked = indexedDB.open(name, 3)
  asked.onupgradeneeded = () => {
    const outbox = asked.result.createObjectStore('outbox', { keyPath: 'client_msg_id' })
    outbox.createIndex('account', 'account')
    outbox.put({ client_msg_id: 'a', account: ADA })
    asked.result.createObjectStore('cache', { keyPath: 'id' })
  }
  await new Promise((resolve) => (asked.onsuccess = resolve))
  asked.result.close()
  const { doodles, store } = tab()
  await doodles.keep(ADA, ROOM, doodle(steps(1)))
  expect(await store.all(ADA)).toHaveLength(1)
  expect(await read(doodles)).not.toBeNull()
})
