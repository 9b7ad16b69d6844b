import 'fake-indexeddb/auto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ClientMessage } from '../protocol'
import { KeptStore } from './keptStore'
import { Outbox, type OutboxStore, type Stored } from './outbox'
import type { Pending } from './room.svelte'

const ADA = '1.1790000000000'
const GRACE = '2.1790000000000'

let names = 0
let store: OutboxStore
let sent: string[]
let connected: boolean
let shown: Map<number, readonly Pending[]>

const opened = () =>
  new Outbox(
    store,
    (message: ClientMessage) => {
      if (connected && message.type === 'send') sent.push(message.client_msg_id)
      return connected
    },
    (room, pending) => shown.set(room, pending),
  )

/** An answer that is on its way until `come` is called with it. */
function onItsWay<T>() {
  let come!: (answer: T) => void
  return { answer: new Promise<T>((resolve) => (come = resolve)), come }
}

const shownIn = (room: number) => shown.get(room)?.map((pending) => pending.body)

beforeEach(() => {
  store = new KeptStore(`outbox-${names++}`, { has: () => true, isLast: () => true })
  sent = []
  connected = true
  shown = new Map()
})

afterEach(() => {
  vi.useRealTimers()
})

async function ready(): Promise<Outbox> {
  const outbox = opened()
  await outbox.load(ADA)
  return outbox
}

test('one_message_of_a_room_is_on_its_way_at_a_time', async () => {
  const outbox = await ready()
  outbox.add(1, 'one', 'a', 0)
  outbox.add(1, 'two', 'b', 0)
  outbox.add(2, 'elsewhere', 'c', 0)
  expect(sent).toEqual(['a', 'c'])
  outbox.confirmed(1, 'a')
  expect(sent).toEqual(['a', 'c', 'b'])
  expect(shownIn(1)).toEqual(['two'])
})

test('what_is_written_offline_goes_out_in_order_when_connected', async () => {
  const outbox = await ready()
  connected = false
  for (const id of ['a', 'b', 'c']) outbox.add(1, id, id, 0)
  expect(sent).toEqual([])
  connected = true
  outbox.connected()
  outbox.confirmed(1, 'a')
  outbox.confirmed(1, 'b')
  outbox.confirmed(1, 'c')
  expect(sent).toEqual(['a', 'b', 'c'])
  expect(outbox.size).toBe(0)
})

test('what_was_on_its_way_goes_again_with_the_same_id_after_a_lost_connection', async () => {
  const outbox = await ready()
  outbox.add(1, 'one', 'a', 0)
  outbox.disconnected()
  outbox.connected()
  expect(sent).toEqual(['a', 'a'])
})

test('unsent_messages_survive_a_reload_in_order', async () => {
  connected = false
  const before = await ready()
  for (const id of ['01', '03', '02']) before.add(1, `body ${id}`, id, 0)
  await vi.waitFor(async () => expect(await store.all(ADA)).toHaveLength(3))
  const after = opened()
  await after.load(ADA)
  expect(shownIn(1)).toEqual(['body 01', 'body 02', 'body 03'])
  connected = true
  after.connected()
  expect(sent).toEqual(['01'])
})

test('a_confirmed_message_does_not_come_back_after_a_reload', async () => {
  const outbox = await ready()
  outbox.add(1, 'one', 'a', 0)
  await vi.waitFor(async () => expect(await store.all(ADA)).toHaveLength(1))
  outbox.confirmed(1, 'a')
  await vi.waitFor(async () => expect(await store.all(ADA)).toHaveLength(0))
})

test('nobody_takes_up_what_another_account_left', async () => {
  connected = false
  const outbox = await ready()
  outbox.add(1, 'of user 1', 'a', 0)
  await vi.waitFor(async () => expect(await store.all(ADA)).toHaveLength(1))
  const other = opened()
  shown.clear()
  await other.load(GRACE)
  expect(shown.size).toBe(0)
  expect(other.size).toBe(0)
})

test('a_refusal_that_passes_is_tried_again_after_the_time_the_box_names', async () => {
  const outbox = await ready()
  vi.useFakeTimers()
  outbox.add(1, 'one', 'a', 0)
  outbox.add(1, 'two', 'b', 0)
  outbox.refused('a', 'busy', 700)
  vi.advanceTimersByTime(699)
  expect(sent).toEqual(['a'])
  vi.advanceTimersByTime(1)
  expect(sent).toEqual(['a', 'a'])
  outbox.confirmed(1, 'a')
  expect(sent).toEqual(['a', 'a', 'b'])
})

test('a_refusal_that_stays_marks_the_message_and_lets_the_next_go', async () => {
  const outbox = await ready()
  outbox.add(1, 'one', 'a', 0)
  outbox.add(1, 'two', 'b', 0)
  outbox.refused('a', 'not_a_member', undefined)
  expect(outbox.pendingIn(1).map((pending) => pending.failed)).toEqual(['not_a_member', null])
  expect(sent).toEqual(['a', 'b'])
  outbox.connected()
  expect(sent).toEqual(['a', 'b', 'b'])
})

test('a_failed_message_is_tried_again_when_asked', async () => {
  const outbox = await ready()
  outbox.add(1, 'one', 'a', 0)
  outbox.refused('a', 'disk_full', undefined)
  outbox.retry('a')
  expect(sent).toEqual(['a', 'a'])
  expect(outbox.pendingIn(1)[0]?.failed).toBeNull()
})

test('a_discarded_message_is_gone_for_good', async () => {
  const outbox = await ready()
  outbox.add(1, 'one', 'a', 0)
  outbox.refused('a', 'disk_full', undefined)
  outbox.discard('a')
  expect(outbox.size).toBe(0)
  await vi.waitFor(async () => expect(await store.all(ADA)).toHaveLength(0))
})

test('what_is_closed_stays_on_the_device_and_nothing_of_it_in_the_page', async () => {
  connected = false
  const outbox = await ready()
  outbox.add(1, 'one', 'a', 0)
  await vi.waitFor(async () => expect(await store.all(ADA)).toHaveLength(1))
  outbox.close()
  expect(outbox.size).toBe(0)
  await outbox.load(ADA)
  expect(shownIn(1)).toEqual(['one'])
})

test('what_is_confirmed_while_the_store_is_read_is_not_taken_up_again', async () => {
  connected = false
  const before = await ready()
  before.add(1, 'one', 'a', 0)
  await vi.waitFor(async () => expect(await store.all(ADA)).toHaveLength(1))
  const read = onItsWay<Stored[]>()
  const stored = await store.all(ADA)
  store = { all: () => read.answer, put: async () => {}, remove: async () => {} }
  const outbox = opened()
  const loading = outbox.load(ADA)
  outbox.confirmed(1, 'a')
  read.come(stored)
  await loading
  expect(outbox.size).toBe(0)
  await outbox.load(ADA)
  expect(outbox.size).toBe(1)
})

test('what_could_not_be_stored_is_stored_when_the_store_is_read_again', async () => {
  connected = false
  const { all, put, remove } = store
  const [working, full] = [put.bind(store), () => Promise.reject(new Error('full'))]
  let write: OutboxStore['put'] = full
  store = { all: all.bind(store), put: (item) => write(item), remove: remove.bind(store) }
  const outbox = await ready()
  outbox.add(1, 'one', 'a', 0)
  expect(await store.all(ADA)).toEqual([])
  write = working
  await outbox.load(ADA)
  await vi.waitFor(async () => expect(await store.all(ADA)).toHaveLength(1))
  expect(shownIn(1)).toEqual(['one'])
})

test('a_browser_that_stores_nothing_still_sends', async () => {
  const broken = () => Promise.reject(new Error('no storage'))
  store = { all: broken, put: broken, remove: broken }
  const outbox = await ready()
  outbox.add(1, 'one', 'a', 0)
  expect(sent).toEqual(['a'])
  outbox.confirmed(1, 'a')
  expect(outbox.size).toBe(0)
})

test('a_frame_too_large_for_the_box_fails_here_and_lets_the_next_go', async () => {
  const outbox = await ready()
  outbox.add(1, '\u0001'.repeat(16_000), 'a', 0)
  // The longest message in the most bytes.
  outbox.add(1, '\u0001'.repeat(8_000), 'b', 0)
  expect(outbox.pendingIn(1).map((pending) => pending.failed)).toEqual(['body_long', null])
  expect(sent).toEqual(['b'])
})

test('what_closed_the_connection_is_not_sent_again_by_itself', async () => {
  const outbox = await ready()
  outbox.add(1, 'poison', 'a', 0)
  outbox.add(1, 'waiting behind it', 'b', 0)
  outbox.faulted()
  outbox.disconnected()
  outbox.connected()
  expect(outbox.pendingIn(1).map((pending) => pending.failed)).toEqual(['bad_request', null])
  expect(sent).toEqual(['a', 'b'])
})
