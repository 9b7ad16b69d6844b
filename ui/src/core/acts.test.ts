import 'fake-indexeddb/auto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Act, Acts, type ActsWorld } from './acts'
import { Refusal } from './api'
import { KeptStore } from './keptStore'
import { type PendingAct, withActs } from './pendingActs'
import { message } from './testing/box'

const ADA = '1.1790000000000'
const accounts = { has: () => true, isLast: () => true }
const edit = (id: number, body: string): Act => ({ type: 'edit', room: 1, message: id, body })

let names = 0
let store: KeptStore
/** What the box is asked for, and how each answer is given. */
let asked: { act: Act; answer: (refusal?: Refusal) => void }[]
let shown: readonly PendingAct[]
let refused: string[]
let account: string | null

const world: ActsWorld = {
  ask: (act) =>
    new Promise((resolve, reject) => {
      asked.push({ act, answer: (refusal) => (refusal ? reject(refusal) : resolve(null)) })
    }),
  alone: (work) => work(),
  account: () => account,
  changed: (_, acts) => (shown = acts),
  refused: (_, code) => refused.push(code),
  now: () => 7,
}

const page = () => new Acts(store, accounts, world)
const kept = async () =>
  (await store.read('outbox', (outbox) => outbox.getAllKeys())).filter((key) =>
    String(key).startsWith('act/'),
  )

beforeEach(() => {
  store = new KeptStore(`acts-${names++}`, accounts)
  asked = []
  shown = []
  refused = []
  account = ADA
})

afterEach(() => vi.useRealTimers())

test('what_is_done_is_shown_at_once_and_asked_for_one_after_the_other', async () => {
  const acts = page()
  acts.do(edit(1, 'one'))
  acts.do(edit(2, 'two'))
  expect(shown.map(({ act }) => act.body)).toEqual(['one', 'two'])
  const rows = [message({ id: 1, body: 'before' }), message({ id: 3, n: 2, body: 'other' })]
  const drawn = withActs(rows, shown)
  expect(drawn[0]).toMatchObject({ body: 'one', edited_at: 7, isActing: true })
  expect(drawn[1]).toBe(rows[1])
  await vi.waitFor(() => expect(asked).toHaveLength(1))
  asked[0]!.answer()
  await vi.waitFor(() => expect(asked).toHaveLength(2))
  asked[1]!.answer()
  await vi.waitFor(async () => expect([shown, await kept()]).toEqual([[], []]))
})

test('the_later_of_two_that_wait_counts_and_none_that_is_on_its_way_is_taken_back', async () => {
  const acts = page()
  acts.do(edit(1, 'one'))
  await vi.waitFor(() => expect(asked).toHaveLength(1))
  acts.do(edit(1, 'two'))
  acts.do(edit(1, 'three'))
  expect(shown.map(({ act }) => act.body)).toEqual(['one', 'three'])
  asked[0]!.answer()
  await vi.waitFor(() => expect(asked.map(({ act }) => act.body)).toEqual(['one', 'three']))
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
  expect(shown.map(({ act }) => act.body)).toEqual(['one'])
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
  const second = new Acts(store, accounts, {
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
  const acts = page()
  acts.do(edit(1, 'one'))
  acts.do(edit(2, 'two'))
  await vi.waitFor(() => expect(asked).toHaveLength(1))
  asked[0]!.answer(new Refusal('busy', 'busy', 1))
  await vi.waitFor(() => expect(asked).toHaveLength(2))
  expect(asked[1]!.act.body).toBe('one')
  asked[1]!.answer(new Refusal('room_archived'))
  await vi.waitFor(() => expect(asked).toHaveLength(3))
  expect([refused, asked[2]!.act.body]).toEqual([['room_archived'], 'two'])
})

test('nothing_of_one_person_is_done_for_another', async () => {
  const acts = page()
  acts.do(edit(1, 'one'))
  await vi.waitFor(() => expect(asked).toHaveLength(1))
  asked[0]!.answer(new Refusal('unreachable'))
  account = '2.1790000000000'
  await vi.waitFor(async () => {
    await acts.go()
    expect(shown).toEqual([])
  })
  expect(asked).toHaveLength(1)
  account = null
  acts.do(edit(1, 'two'))
  expect(shown).toEqual([])
})
