import { beforeEach, expect, test, vi } from 'vitest'
import { Refusal } from '../core/api'
import { RoomState } from '../core/room.svelte'
import { message, room } from '../core/testing/box'
import type { Message } from '../protocol'
import { PAGE, ROWS_MAX, TimelineView } from './view.svelte'

const ID = 1_000
/** A room whose box knows messages 1 to `length`, with ids from `ID` on. */
const rows = (from: number, to: number): Message[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => message({ id: ID + from + i, n: from + i }))

let state: RoomState
let requests: string[]
let reachable: boolean

const box = {
  async loadNewest(to: RoomState, limit: number) {
    said('newest')
    to.addPage(
      Math.max(1, to.last_n - limit + 1),
      to.last_n,
      rows(Math.max(1, to.last_n - limit + 1), to.last_n),
    )
  },
  async loadBefore(to: RoomState, anchor: Message, limit: number) {
    said(`before ${anchor.n}`)
    const from = Math.max(1, anchor.n - limit)
    to.addPage(from, anchor.n - 1, rows(from, anchor.n - 1))
  },
  async loadAfter(to: RoomState, anchor: Message, limit: number) {
    said(`after ${anchor.n}`)
    const end = Math.min(to.last_n, anchor.n + limit)
    to.addPage(anchor.n + 1, end, rows(anchor.n + 1, end))
  },
  async loadAround(to: RoomState, id: number, limit: number) {
    said(`around ${id - ID}`)
    const n = id - ID
    if (n < 1 || n > to.last_n) throw new Refusal('not_found')
    const from = Math.max(1, n - limit / 2)
    const end = Math.min(to.last_n, n + limit / 2)
    to.addPage(from, end, rows(from, end))
    return rows(n, n)[0]!
  },
}

function said(request: string): void {
  if (!reachable) throw new Refusal('unreachable')
  requests.push(request)
}

function openRoom(last_n: number, read_n = last_n): TimelineView {
  state = new RoomState(room({ last_n, read_n }), 0)
  return new TimelineView(box, state)
}

const shown = (view: TimelineView) => [view.rows[0]?.n, view.rows.at(-1)?.n]

beforeEach(() => {
  requests = []
  reachable = true
})

test('an_empty_room_asks_for_nothing', async () => {
  const view = openRoom(0)
  await view.open()
  expect(view.ready).toBe(true)
  expect(requests).toEqual([])
  state.add(rows(1, 1)[0]!)
  view.follow(true)
  expect(shown(view)).toEqual([1, 1])
})

test('a_room_that_was_read_opens_at_its_end', async () => {
  const view = openRoom(1_000)
  await view.open()
  expect(view.atEnd).toBe(true)
  expect(view.rows.length).toBeLessThanOrEqual(61)
})

test('a_room_with_news_opens_around_the_first_of_them', async () => {
  const view = openRoom(1_000, 800)
  await view.open()
  expect(view.rows.some((row) => row.n === 800)).toBe(true)
  expect(view.rows.some((row) => row.n === 801)).toBe(true)
  expect(view.atEnd).toBe(false)
})

test('news_too_long_to_catch_up_with_open_at_the_end', async () => {
  const view = openRoom(100_000, 10)
  await view.open()
  expect(view.atEnd).toBe(true)
  expect(requests).toEqual(['newest'])
})

test('scrolling_through_a_long_room_never_grows_the_page', async () => {
  const view = openRoom(100_000)
  await view.open()
  for (let i = 0; i < 200; i++) {
    await view.older()
    expect(view.rows.length).toBeLessThanOrEqual(ROWS_MAX)
  }
  expect(view.from).toBeLessThan(100_000 - 199 * PAGE)
  expect(view.atEnd).toBe(false)
  for (let i = 0; i < 300 && !view.atEnd; i++) {
    await view.newer()
    expect(view.rows.length).toBeLessThanOrEqual(ROWS_MAX)
  }
  expect(view.atEnd).toBe(true)
  expect(view.rows.at(-1)?.n).toBe(100_000)
  const memory = state.timeline.ranges.reduce((sum, range) => sum + range.rows.length, 0)
  expect(memory).toBeLessThanOrEqual(4_000)
})

test('the_beginning_is_reached_and_nothing_before_it_asked_for', async () => {
  const view = openRoom(120)
  await view.open()
  for (let i = 0; i < 5; i++) await view.older()
  expect(view.atStart).toBe(true)
  expect(shown(view)).toEqual([1, 120])
  expect(requests).toEqual(['newest', 'before 61', 'before 11'])
})

test('what_is_known_is_shown_without_asking_again', async () => {
  const view = openRoom(1_000)
  await view.open()
  for (let i = 0; i < 10; i++) await view.older()
  const asked = requests.length
  while (!view.atEnd) await view.newer()
  expect(requests.length).toBe(asked)
})

test('a_message_link_opens_around_it', async () => {
  const view = openRoom(1_000)
  expect((await view.openAt(ID + 500))?.n).toBe(500)
  expect(view.rows.some((row) => row.n === 500)).toBe(true)
  expect(view.atEnd).toBe(false)
})

test('a_link_to_nothing_opens_at_the_end', async () => {
  const view = openRoom(1_000)
  expect(await view.openAt(ID + 5_000)).toBeNull()
  expect(view.fault).toBeNull()
  expect(view.atEnd).toBe(true)
})

test('at_the_end_new_messages_are_followed', async () => {
  const view = openRoom(1_000)
  await view.open()
  for (let n = 1_001; n <= 1_400; n++) {
    state.add(message({ id: ID + n, n }))
    view.follow(true)
  }
  expect(view.rows.at(-1)?.n).toBe(1_400)
  expect(view.rows.length).toBeLessThanOrEqual(ROWS_MAX)
})

test('away_from_the_end_new_messages_move_nothing', async () => {
  const view = openRoom(1_000)
  await view.openAt(ID + 500)
  const before = shown(view)
  state.add(message({ id: ID + 1_001, n: 1_001 }))
  view.follow(false)
  expect(shown(view)).toEqual(before)
})

test('a_gap_below_is_filled_when_nothing_else_fills_it', async () => {
  vi.useFakeTimers()
  const view = openRoom(100)
  await view.open()
  state.last_n = 130
  view.follow(true)
  await vi.advanceTimersByTimeAsync(1_000)
  vi.useRealTimers()
  expect(shown(view)[1]).toBe(130)
  expect(requests.at(-1)).toBe('after 100')
})

test('history_dropped_by_a_reload_is_loaded_anew', async () => {
  const view = openRoom(100)
  await view.open()
  state.forgetHistory()
  state.last_n = 5_000
  view.follow(true)
  await vi.waitFor(() => expect(view.rows.at(-1)?.n).toBe(5_000))
})

test('a_box_out_of_reach_is_said_and_then_forgotten', async () => {
  reachable = false
  const view = openRoom(1_000)
  await view.open()
  expect(view.fault).toBe('unreachable')
  expect(view.ready).toBe(false)
  reachable = true
  await view.open()
  expect(view.fault).toBeNull()
  reachable = false
  await view.older()
  expect(view.fault).toBe('unreachable')
  expect(view.ready).toBe(true)
})

test('what_is_read_stays_while_thousands_of_messages_arrive', async () => {
  const view = openRoom(10_000)
  await view.openAt(ID + 5_000)
  const before = shown(view)
  for (let n = 10_001; n <= 15_000; n++) {
    state.add(message({ id: ID + n, n }))
    view.follow(false)
  }
  expect(shown(view)).toEqual(before)
  const memory = state.timeline.ranges.reduce((sum, range) => sum + range.rows.length, 0)
  expect(memory).toBeLessThanOrEqual(4_000)
})

test('a_room_nobody_looks_at_keeps_only_the_newest_messages', () => {
  openRoom(0)
  for (let n = 1; n <= 5_000; n++) state.add(message({ id: ID + n, n }))
  const [range] = state.timeline.ranges
  expect([range?.from, range?.to]).toEqual([1_001, 5_000])
})

test('a_link_far_from_all_that_is_known_still_opens', async () => {
  const view = openRoom(100_000)
  await view.open()
  for (let i = 0; i < 100; i++) await view.older()
  expect((await view.openAt(ID + 50))?.n).toBe(50)
  expect(view.rows.some((row) => row.n === 50)).toBe(true)
})
