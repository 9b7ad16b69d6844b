import { beforeEach, expect, test } from 'vitest'
import type { Drafts } from '../protocol'
import { DraftSync } from './draftSync'
import type { RoomState } from './room.svelte'

type Room = { readonly id: number; draft: string }

/** What the device keeps, for all of its tabs. */
let kept: Map<string, string>
/** What the box has, and how often it was asked to keep something. */
let box: Map<number, string>
let asked: number
let isAway: boolean

const storage = {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key),
} as unknown as Storage

/** A tab of a device with these texts in the composers of rooms 1 and 2. */
function tab(first = '', second = '') {
  const rooms = new Map<number, Room>([
    [1, { id: 1, draft: first }],
    [2, { id: 2, draft: second }],
  ])
  const sync = new DraftSync(
    {
      room: (id) => rooms.get(id) as RoomState | undefined,
      rooms: () => rooms.values() as Iterable<RoomState>,
      take: (id, text) => {
        const room = rooms.get(id)
        if (room) room.draft = text
      },
      keep: async (room, text) => {
        if (isAway) throw new Error('away')
        asked += 1
        box.set(room, text)
      },
      all: async (): Promise<Drafts> => {
        if (isAway) throw new Error('away')
        return { drafts: [...box].filter(([, body]) => body).map(([room, body]) => ({ room, body })) }
      },
    },
    storage,
    'ada',
  )
  return {
    sync,
    text: (id: number) => rooms.get(id)?.draft,
    type(id: number, text: string) {
      rooms.get(id)!.draft = text
      sync.changed(id)
    },
  }
}

const welcome = ({ sync }: ReturnType<typeof tab>, isOther = false) =>
  sync.welcomed([...box.values()].some(Boolean), isOther)

beforeEach(() => {
  kept = new Map()
  box = new Map()
  asked = 0
  isAway = false
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
  isAway = false
  box.set(1, 'elsewhere')
  const reloaded = tab('typed without the box')
  await welcome(reloaded)
  await Promise.resolve()
  expect([reloaded.text(1), box.get(1)]).toEqual(['typed without the box', 'typed without the box'])
})

test('what_another_tab_is_typing_is_left_alone', async () => {
  box.set(1, 'old')
  const here = tab()
  const other = tab()
  await welcome(here)
  await welcome(other)
  here.type(1, 'old and new')
  other.sync.told({ type: 'draft', room: 1, body: 'older' })
  expect(other.text(1)).toBe('old')
  await here.sync.leave(1)
  other.sync.told({ type: 'draft', room: 1, body: 'old and new' })
  expect(other.text(1)).toBe('old and new')
})

test('what_stood_there_before_any_of_this_is_not_lost', async () => {
  const here = tab('from before')
  await welcome(here)
  await Promise.resolve()
  expect([here.text(1), box.get(1)]).toEqual(['from before', 'from before'])
})

test('a_box_that_was_put_back_takes_nothing_away', async () => {
  const here = tab()
  await welcome(here)
  here.type(1, 'kept')
  await here.sync.leave(1)
  box.clear()
  await welcome(here, true)
  await Promise.resolve()
  expect([here.text(1), box.get(1)]).toEqual(['kept', 'kept'])
  // Sent on another device meanwhile.
  box.clear()
  await welcome(here)
  expect(here.text(1)).toBe('')
})
