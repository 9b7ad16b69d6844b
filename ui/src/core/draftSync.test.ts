import { beforeEach, expect, test } from 'vitest'
import type { Drafts as AllDrafts } from '../protocol'
import { DraftSync } from './draftSync'
import { Drafts } from './drafts'
import type { KeptStorage } from './keptAccounts'
import type { RoomState } from './room.svelte'

/** What the device keeps, for all of its tabs. */
let kept: Map<string, string>
/** What the box has, and how often it was asked to keep something. */
let box: Map<number, string>
let asked: number
let isAway: boolean
/** Until then the box does not answer. */
let answer: Promise<void>

const storage = {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key),
} as unknown as KeptStorage

/** A tab of a device, with what the device has kept. */
function tab() {
  const drafts = new Drafts(storage, { has: () => true })
  drafts.enter('ada')
  const rooms = new Map([1, 2].map((id) => [id, { id, draft: drafts.get(id) }]))
  const set = (id: number, text: string, isAtBox: boolean) => {
    const room = rooms.get(id)
    if (!room || room.draft === text) return
    room.draft = text
    drafts.set(id, text, isAtBox)
  }
  const sync = new DraftSync({
    room: (id) => rooms.get(id) as RoomState | undefined,
    rooms: () => rooms.values() as Iterable<RoomState>,
    isAhead: (id) => drafts.isAhead(id),
    settle: (id) => drafts.settle(id),
    take: (id, text) => set(id, text, true),
    keep: async (room, text) => {
      if (isAway) throw new Error('away')
      asked += 1
      await answer
      box.set(room, text)
    },
    all: async (): Promise<AllDrafts> => {
      if (isAway) throw new Error('away')
      const all = [...box].map(([room, body]) => ({ room, body }))
      await answer
      return { drafts: all }
    },
  })
  return {
    sync,
    drafts,
    text: (id: number) => rooms.get(id)?.draft,
    type(id: number, text: string, isSynced = true) {
      set(id, text, false)
      if (isSynced) sync.changed(id)
    },
  }
}

const welcome = ({ sync }: ReturnType<typeof tab>, isOther = false) => sync.welcomed(box.size > 0, isOther)

beforeEach(() => {
  kept = new Map()
  box = new Map()
  asked = 0
  isAway = false
  answer = Promise.resolve()
})

test('what_is_typed_is_kept_by_the_box_when_the_room_is_left_and_not_before', async () => {
  const here = tab()
  await welcome(here)
  here.type(1, 'Dear')
  here.type(1, 'Dear all')
  expect(asked).toBe(0)
  await here.sync.leave(1)
  await here.sync.leave(1)
  expect([asked, box.get(1)]).toEqual([1, 'Dear all'])
})

test('what_is_typed_and_sent_costs_the_box_nothing', async () => {
  const here = tab()
  await welcome(here)
  here.type(1, 'Hello')
  here.type(1, '')
  await here.sync.leave(1)
  expect(asked).toBe(0)
})

test('another_device_has_it_and_what_was_sent_there_is_offered_here_no_more', async () => {
  box.set(1, 'begun elsewhere')
  const here = tab()
  await welcome(here)
  expect(here.text(1)).toBe('begun elsewhere')
  here.sync.told({ type: 'draft', room: 1, body: '' })
  expect(here.text(1)).toBe('')
  here.sync.told({ type: 'draft', room: 1, body: 'again' })
  here.type(1, '')
  await Promise.resolve()
  expect(box.get(1)).toBe('')
})

test('what_was_typed_here_and_not_kept_counts_more', async () => {
  const here = tab()
  await welcome(here)
  isAway = true
  here.type(1, 'typed without the box')
  await here.sync.leave(1)
  here.sync.told({ type: 'draft', room: 1, body: 'elsewhere' })
  expect(here.text(1)).toBe('typed without the box')
  here.drafts.flush()
  isAway = false
  box.set(1, 'elsewhere')
  const reloaded = tab()
  await welcome(reloaded)
  await settled()
  expect([reloaded.text(1), box.get(1)]).toEqual(['typed without the box', 'typed without the box'])
})

test('what_is_typed_before_any_of_this_is_there_is_left_alone', async () => {
  box.set(1, 'of before')
  const here = tab()
  here.type(1, 'typed at once', false)
  here.type(2, 'and here', false)
  await welcome(here)
  await settled()
  expect([here.text(1), here.text(2)]).toEqual(['typed at once', 'and here'])
  expect([...box]).toEqual([
    [1, 'typed at once'],
    [2, 'and here'],
  ])
})

test('what_is_sent_while_the_box_is_asked_or_told_does_not_come_back', async () => {
  box.set(1, 'send me once')
  const here = tab()
  let go = () => {}
  answer = new Promise((resolve) => (go = resolve))
  const listed = welcome(here)
  here.type(1, 'send me once')
  here.type(1, '')
  go()
  await listed
  await settled()
  expect([here.text(1), box.get(1)]).toEqual(['', ''])
  here.type(1, 'hello')
  answer = new Promise((resolve) => (go = resolve))
  const left = here.sync.leave(1)
  here.type(1, '')
  go()
  here.sync.told({ type: 'draft', room: 1, body: 'hello' })
  await left
  await settled()
  expect([here.text(1), box.get(1)]).toEqual(['', ''])
})

test('what_was_told_while_the_box_is_asked_is_newer', async () => {
  box.set(1, 'old')
  const here = tab()
  let go = () => {}
  answer = new Promise((resolve) => (go = resolve))
  const listed = welcome(here)
  here.sync.told({ type: 'draft', room: 1, body: 'newer' })
  go()
  await listed
  expect(here.text(1)).toBe('newer')
})

test('what_another_tab_is_typing_is_left_alone', async () => {
  box.set(1, 'old')
  const here = tab()
  const other = tab()
  await welcome(here)
  await welcome(other)
  here.type(1, 'old and new')
  here.drafts.flush()
  other.sync.told({ type: 'draft', room: 1, body: 'older' })
  expect(other.text(1)).toBe('old')
  await here.sync.leave(1)
  other.sync.told({ type: 'draft', room: 1, body: 'old and new' })
  expect(other.text(1)).toBe('old and new')
})

test('what_the_box_does_not_mention_stays', async () => {
  const here = tab()
  await welcome(here)
  here.type(1, 'kept')
  await here.sync.leave(1)
  // It had too many, or was put back.
  box.clear()
  await welcome(here)
  await welcome(here, true)
  expect(here.text(1)).toBe('kept')
  // Sent on another device meanwhile.
  box.set(1, '')
  await welcome(here)
  expect(here.text(1)).toBe('')
})

/** What is on its way to the box is there. */
const settled = () => new Promise((resolve) => setTimeout(resolve))
