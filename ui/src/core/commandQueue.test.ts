import 'fake-indexeddb/auto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Refusal } from './api'
import { CommandQueue, QUEUED_MAX, type Queueable, type QueueWorld } from './commandQueue'
import { KeptStore } from './keptStore'
import { type QueuedCommand, reacted, withQueued } from './queuedCommands'
import { message } from './testing/box'

const ADA = '1.1790000000000'
const accounts = { has: () => true, isLast: () => true }
const edit = (id: number, body: string): Extract<Queueable, { type: 'edit' }> => ({
  type: 'edit',
  room: 1,
  message: id,
  body,
})

let names = 0
let store: KeptStore
/** What the box is asked for, and how each answer is given. */
let asked: { command: Queueable; answer: (refusal?: Refusal) => void }[]
let shown: readonly QueuedCommand[]
let refused: string[]
let account: string | null

const world: QueueWorld = {
  ask: (command) =>
    new Promise((resolve, reject) => {
      asked.push({ command, answer: (refusal) => (refusal ? reject(refusal) : resolve(null)) })
    }),
  alone: (work) => work(),
  account: () => account,
  changed: (_, queued) => (shown = queued),
  refused: (_, code) => refused.push(code),
  now: () => 7,
}

const bodies = (all: readonly { readonly command: Queueable }[]) =>
  all.map(({ command }) => (command.type === 'edit' ? command.body : command.type))
const page = () => new CommandQueue(store, accounts, world)
const kept = async () =>
  (await store.read('outbox', (outbox) => outbox.getAllKeys())).filter((key) =>
    String(key).startsWith('command/'),
  )

beforeEach(() => {
  store = new KeptStore(`queue-${names++}`, accounts)
  asked = []
  shown = []
  refused = []
  account = ADA
})

afterEach(() => vi.useRealTimers())

test('what_is_done_is_shown_at_once_and_asked_for_one_after_the_other', async () => {
  const queue = page()
  queue.do(edit(1, 'one'))
  queue.do(edit(2, 'two'))
  expect(bodies(shown)).toEqual(['one', 'two'])
  const rows = [message({ id: 1, body: 'before' }), message({ id: 3, n: 2, body: 'other' })]
  const drawn = withQueued(rows, shown)
  expect(drawn[0]).toMatchObject({ body: 'one', edited_at: 7, isQueued: true })
  expect(drawn[1]).toBe(rows[1])
  await vi.waitFor(() => expect(asked).toHaveLength(1))
  asked[0]!.answer()
  await vi.waitFor(() => expect(asked).toHaveLength(2))
  asked[1]!.answer()
  await vi.waitFor(async () => expect([shown, await kept()]).toEqual([[], []]))
})

test('the_later_of_two_that_wait_counts_and_none_that_is_on_its_way_is_taken_back', async () => {
  const queue = page()
  queue.do(edit(1, 'one'))
  await vi.waitFor(() => expect(asked).toHaveLength(1))
  queue.do(edit(1, 'two'))
  queue.do(edit(1, 'three'))
  expect(bodies(shown)).toEqual(['one', 'three'])
  asked[0]!.answer()
  await vi.waitFor(() => expect(bodies(asked)).toEqual(['one', 'three']))
})

test('what_is_forwarded_twice_is_asked_for_twice_and_changes_nothing_that_is_shown', async () => {
  const queue = page()
  const twice: Queueable = { type: 'forward', from: 1, message: 1, room: 2, client_msg_id: 'a' }
  queue.do(twice)
  queue.do({ ...twice, client_msg_id: 'b' })
  queue.do({ ...twice, client_msg_id: 'c' })
  const rows = [message({ id: 1 })]
  expect(withQueued(rows, shown)[0]).toBe(rows[0])
  for (const n of [1, 2, 3]) {
    await vi.waitFor(() => expect(asked).toHaveLength(n))
    asked[n - 1]!.answer()
  }
  expect(asked.map(({ command }) => command.type === 'forward' && command.client_msg_id)).toEqual([
    'a',
    'b',
    'c',
  ])
  await vi.waitFor(async () => expect(await kept()).toEqual([]))
})

test('without_the_box_it_is_kept_and_another_life_of_the_page_goes_on_with_it', async () => {
  const first = page()
  first.do(edit(1, 'one'))
  await vi.waitFor(() => expect(asked).toHaveLength(1))
  asked[0]!.answer(new Refusal('unreachable'))
  await vi.waitFor(async () => expect(await kept()).toHaveLength(1))
  shown = []
  const second = page()
  void second.go()
  await vi.waitFor(() => expect(asked).toHaveLength(2))
  expect(bodies(shown)).toEqual(['one'])
  asked[1]!.answer()
  await vi.waitFor(async () => expect([shown, await kept()]).toEqual([[], []]))
  // Of what the other has done nothing is done again.
  await first.go()
  expect(asked).toHaveLength(2)
})

test('what_another_tab_has_done_meanwhile_is_not_done_again', async () => {
  const first = page()
  first.do(edit(1, 'one'))
  await vi.waitFor(async () => expect(await kept()).toHaveLength(1))
  let free = () => {}
  const second = new CommandQueue(store, accounts, {
    ...world,
    alone: async (work) => {
      await new Promise<void>((resolve) => (free = resolve))
      await work()
    },
  })
  const gone = second.go()
  await vi.waitFor(() => expect(asked).toHaveLength(1))
  asked[0]!.answer()
  await vi.waitFor(async () => expect(await kept()).toEqual([]))
  free()
  await gone
  expect(asked).toHaveLength(1)
})

test('what_the_box_will_not_do_is_told_and_what_passes_is_tried_again', async () => {
  const queue = page()
  queue.do(edit(1, 'one'))
  queue.do(edit(2, 'two'))
  await vi.waitFor(() => expect(asked).toHaveLength(1))
  asked[0]!.answer(new Refusal('busy', 'busy', 1))
  await vi.waitFor(() => expect(asked).toHaveLength(2))
  expect(bodies(asked)[1]).toBe('one')
  asked[1]!.answer(new Refusal('room_archived'))
  await vi.waitFor(() => expect(asked).toHaveLength(3))
  expect([refused, bodies(asked)[2]]).toEqual([['room_archived'], 'two'])
})

test('nothing_of_one_person_is_done_for_another', async () => {
  const queue = page()
  queue.do(edit(1, 'one'))
  await vi.waitFor(() => expect(asked).toHaveLength(1))
  asked[0]!.answer(new Refusal('unreachable'))
  account = '2.1790000000000'
  await vi.waitFor(async () => {
    await queue.go()
    expect(shown).toEqual([])
  })
  expect(asked).toHaveLength(1)
  account = null
  queue.do(edit(1, 'two'))
  expect(shown).toEqual([])
})

test('a_mark_of_what_was_heard_waits_with_the_others_and_changes_no_message', async () => {
  const queue = page()
  queue.do({ type: 'mark_heard', room: 1, message: 1 })
  queue.do({ type: 'mark_heard', room: 1, message: 2 })
  const rows = [message({ id: 1 })]
  expect([bodies(shown), withQueued(rows, shown)]).toEqual([['mark_heard', 'mark_heard'], rows])
  for (let at = 0; at < 2; at++) {
    await vi.waitFor(() => expect(asked).toHaveLength(at + 1))
    asked[at]!.answer()
  }
  await vi.waitFor(async () => expect([shown, await kept()]).toEqual([[], []]))
})

test('the_queue_is_full_at_some_time_and_says_so_and_takes_what_replaces_something', () => {
  const queue = page()
  for (let id = 1; id <= QUEUED_MAX; id++) queue.do(edit(id, 'one'))
  expect([shown.length, refused]).toEqual([QUEUED_MAX, []])
  queue.do(edit(QUEUED_MAX + 1, 'one more'))
  expect([shown.length, refused]).toEqual([QUEUED_MAX, ['busy']])
  queue.do(edit(2, 'two'))
  expect([shown.length, refused]).toEqual([QUEUED_MAX, ['busy']])
})

test('emoji_are_shown_as_they_will_be_and_each_kind_by_itself', () => {
  const before = message({ id: 1, reactions: [['👍', 2]], mine: ['👍'] })
  const react = (emoji: string, on: boolean): Queueable => ({ type: 'react', room: 1, message: 1, emoji, on })
  const [after] = withQueued(
    [before],
    [react('👍', false), react('🎉', true)].map((command) => ({ command, at: 0 })),
  )
  expect(after).toMatchObject({
    reactions: [
      ['👍', 1],
      ['🎉', 1],
    ],
    mine: ['🎉'],
  })
  expect(reacted(before, '👍', true)).toBe(before)
  expect(reacted(message({ id: 1, reactions: [['👍', 1]], mine: ['👍'] }), '👍', false).reactions).toEqual([])
  const queue = page()
  for (const command of [react('👍', true), react('🎉', true), react('🎉', false)]) queue.do(command)
  expect(shown.map(({ command }) => command)).toEqual([react('👍', true), react('🎉', false)])
})
