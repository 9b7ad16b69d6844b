import { beforeEach, expect, test, vi } from 'vitest'
import { Refusal } from '../core/api'
import { RoomState } from '../core/room.svelte'
import { message, room } from '../core/testing/box'
import { ROWS_KEPT_MAX, ROWS_UNSEEN_KEPT_MAX } from '../core/timeline'
import type { Message } from '../protocol'
import { PAGE, ROWS_MAX, TimelineView } from './view.svelte'

const ID = 1_000
/** A room whose box knows messages 1 to `length`, with ids from `ID` on. */
const rows = (from: number, to: number): Message[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => message({ id: ID + from + i, n: from + i }))

let state: RoomState
let requests: string[]
let reachable: boolean
/** Answers that are held back until a test lets them through; null to answer at once. */
let held: ((reaches: boolean) => void)[] | null

const box = {
  async loadNewest(to: RoomState, limit: number) {
    await said('newest')
    const from = Math.max(1, to.last_n - limit + 1)
    to.addPage(from, to.last_n, rows(from, to.last_n))
  },
  async loadBefore(to: RoomState, anchor: Message, limit: number) {
    await said(`before ${anchor.n}`)
    const from = Math.max(1, anchor.n - limit)
    to.addPage(from, anchor.n - 1, rows(from, anchor.n - 1))
  },
  async loadAfter(to: RoomState, anchor: Message, limit: number) {
    await said(`after ${anchor.n}`)
    const end = Math.min(to.last_n, anchor.n + limit)
    to.addPage(anchor.n + 1, end, rows(anchor.n + 1, end))
  },
  async loadAround(to: RoomState, id: number, limit: number) {
    await said(`around ${id - ID}`)
    const n = id - ID
    if (n < 1 || n > to.last_n) throw new Refusal('not_found')
    const from = Math.max(1, n - limit / 2)
    const end = Math.min(to.last_n, n + limit / 2)
    to.addPage(from, end, rows(from, end))
    return rows(n, n)[0]!
  },
  async loadAroundNumber(to: RoomState, n: number, limit: number) {
    await said(`number ${n}`)
    const from = Math.max(1, n - limit / 2)
    const end = Math.min(to.last_n, n + limit / 2)
    to.addPage(from, end, rows(from, end))
  },
}

async function said(request: string): Promise<void> {
  requests.push(request)
  const waiting = held
  const reaches = waiting ? await new Promise<boolean>((answer) => waiting.push(answer)) : reachable
  if (!reaches) throw new Refusal('unreachable')
}

/** Messages in memory. */
const kept = () => state.timeline.ranges.reduce((sum, range) => sum + range.rows.length, 0)

function openRoom(last_n: number, read_n = last_n): TimelineView {
  state = new RoomState(room({ last_n, read_n }))
  return new TimelineView(box, state)
}

const shown = (view: TimelineView) => [view.rows[0]?.n, view.rows.at(-1)?.n]

beforeEach(() => {
  requests = []
  reachable = true
  held = null
})

test('an_empty_room_asks_for_nothing', async () => {
  const view = openRoom(0)
  await view.open('unread')
  expect(view.ready).toBe(true)
  expect(requests).toEqual([])
  state.add(rows(1, 1)[0]!)
  view.follow(true)
  expect(shown(view)).toEqual([1, 1])
})

test('a_room_that_was_read_opens_at_its_end', async () => {
  const view = openRoom(1_000)
  await view.open('unread')
  expect(view.atEnd).toBe(true)
  expect(view.rows.length).toBeLessThanOrEqual(61)
})

test('a_room_with_news_opens_around_the_first_of_them', async () => {
  const view = openRoom(1_000, 800)
  await view.open('unread')
  expect(view.rows.some((row) => row.n === 800)).toBe(true)
  expect(view.rows.some((row) => row.n === 801)).toBe(true)
  expect(view.atEnd).toBe(false)
})

test.each([1, 20, 30, 31, 307, 2_990, 90_000])(
  'with_%i_unread_it_opens_at_the_first_of_them_with_one_request',
  async (unread) => {
    const view = openRoom(100_000, 100_000 - unread)
    await view.open('unread')
    const shownNumbers = view.rows.map((row) => row.n)
    expect(shownNumbers).toContain(100_000 - unread)
    expect(shownNumbers).toContain(100_001 - unread)
    expect(requests).toHaveLength(1)
    expect(view.rows.length).toBeGreaterThan(50)
  },
)

test('scrolling_through_a_long_room_never_grows_the_page', async () => {
  const view = openRoom(100_000)
  await view.open('unread')
  for (let i = 0; i < 200; i++) {
    await view.extend('older')
    expect(view.rows.length).toBeLessThanOrEqual(ROWS_MAX)
  }
  expect(view.from).toBeLessThan(100_000 - 199 * PAGE)
  expect(view.atEnd).toBe(false)
  for (let i = 0; i < 300 && !view.atEnd; i++) {
    await view.extend('newer')
    expect(view.rows.length).toBeLessThanOrEqual(ROWS_MAX)
  }
  expect(view.atEnd).toBe(true)
  expect(view.rows.at(-1)?.n).toBe(100_000)
  expect(kept()).toBeLessThanOrEqual(ROWS_KEPT_MAX)
})

test('the_beginning_is_reached_and_nothing_before_it_asked_for', async () => {
  const view = openRoom(120)
  await view.open('unread')
  for (let i = 0; i < 5; i++) await view.extend('older')
  expect(view.atStart).toBe(true)
  expect(shown(view)).toEqual([1, 120])
  expect(requests).toEqual(['newest', 'before 61', 'before 11'])
})

test('what_is_known_is_shown_without_asking_again', async () => {
  const view = openRoom(1_000)
  await view.open('unread')
  for (let i = 0; i < 10; i++) await view.extend('older')
  const asked = requests.length
  while (!view.atEnd) await view.extend('newer')
  expect(requests.length).toBe(asked)
})

test('a_message_link_opens_around_it', async () => {
  const view = openRoom(1_000)
  expect(await view.open({ message: ID + 500 })).toBe('shown')
  expect(view.rows.some((row) => row.n === 500)).toBe(true)
  expect(view.atEnd).toBe(false)
})

test('a_link_to_nothing_opens_at_the_end', async () => {
  const view = openRoom(1_000)
  expect(await view.open({ message: ID + 5_000 })).toBe('gone')
  expect(view.failed).toBeNull()
  expect(view.atEnd).toBe(true)
})

test('at_the_end_new_messages_are_followed', async () => {
  const view = openRoom(1_000)
  await view.open('unread')
  for (let n = 1_001; n <= 1_400; n++) {
    state.add(message({ id: ID + n, n }))
    view.follow(true)
  }
  expect(view.rows.at(-1)?.n).toBe(1_400)
  expect(view.rows.length).toBeLessThanOrEqual(ROWS_MAX)
})

test('away_from_the_end_new_messages_move_nothing', async () => {
  const view = openRoom(1_000)
  await view.open({ message: ID + 500 })
  const before = shown(view)
  state.add(message({ id: ID + 1_001, n: 1_001 }))
  view.follow(false)
  expect(shown(view)).toEqual(before)
})

test('a_gap_below_is_filled_when_nothing_else_fills_it', async () => {
  vi.useFakeTimers()
  const view = openRoom(100)
  await view.open('unread')
  state.last_n = 130
  view.follow(true)
  await vi.advanceTimersByTimeAsync(1_000)
  vi.useRealTimers()
  expect(shown(view)[1]).toBe(130)
  expect(requests.at(-1)).toBe('after 100')
})

test('history_dropped_by_a_reload_is_said_to_be_lost_and_opened_where_one_was', async () => {
  const view = openRoom(100)
  await view.open('unread')
  expect(view.lost).toBe(false)
  state.forgetHistory()
  state.last_n = 5_000
  expect(view.lost).toBe(true)
  state.add(message({ id: ID + 5_001, n: 5_001 }))
  expect(view.lost, 'what comes meanwhile is far from where one was').toBe(true)
  await view.open({ number: 90 })
  expect(view.lost).toBe(false)
  expect(shown(view)[0]).toBeLessThanOrEqual(90)
  expect(view.atEnd).toBe(false)
})

test('a_box_out_of_reach_is_said_and_then_forgotten', async () => {
  reachable = false
  const view = openRoom(1_000)
  expect(await view.open('unread')).toBe('failed')
  expect(view.failed).toEqual({ what: 'open', fault: 'unreachable' })
  expect(view.ready).toBe(false)
  reachable = true
  expect(await view.open(view.place)).toBe('shown')
  expect(view.failed).toBeNull()
})

test.each(['refused', 'silent'])('what_is_known_of_the_end_is_shown_while_the_box_is_%s', async (away) => {
  vi.useFakeTimers()
  for (const known of [1, 10, 59]) {
    const view = openRoom(1_000)
    state.addPage(1_001 - known, 1_000, rows(1_001 - known, 1_000))
    if (away === 'refused') reachable = false
    else held = []
    const opened = view.open('unread')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await opened).toBe('shown')
    expect([view.failed, view.atEnd, ...shown(view)]).toEqual([null, true, 1_001 - known, 1_000])
    // What is not there is told where it is missing.
    expect(view.lacks('older')).toBe(true)
  }
  vi.useRealTimers()
})

test('a_box_that_answers_is_waited_for_before_little_of_the_end_is_shown', async () => {
  const view = openRoom(1_000)
  state.add(rows(1_000, 1_000)[0]!)
  await view.open('unread')
  expect(view.rows.length).toBeGreaterThan(50)
})

test('what_failed_at_one_side_is_tried_again_there_and_stops_nothing_else', async () => {
  const view = openRoom(1_000)
  await view.open({ message: ID + 500 })
  reachable = false
  await view.extend('newer')
  expect(view.failed).toEqual({ what: 'newer', fault: 'unreachable' })
  expect([view.lacks('newer'), view.lacks('older')]).toEqual([false, true])
  reachable = true
  await view.extend('older')
  expect(view.failed?.what, 'the other side is still as it was').toBe('newer')
  const end = view.rows.at(-1)!.n
  await view.retry()
  expect(view.failed).toBeNull()
  expect(view.rows.at(-1)!.n).toBeGreaterThan(end)
  expect(view.lacks('newer')).toBe(true)
})

test('opening_elsewhere_forgets_what_failed', async () => {
  const view = openRoom(1_000)
  await view.open('unread')
  reachable = false
  await view.extend('older')
  expect(view.failed?.what).toBe('older')
  reachable = true
  await view.open({ message: ID + 500 })
  expect(view.failed).toBeNull()
})

/** Lets through, or cuts, the answer that has waited longest at this place; then all that follows from it. */
async function answer(place: number, reaches: boolean): Promise<void> {
  held!.splice(place, 1)[0]!(reaches)
  for (let turns = 0; turns < 20; turns++) await Promise.resolve()
}

test.each([
  ['the first answer first', 0],
  ['the second answer first', 1],
])('of_two_quick_jumps_the_last_counts: %s', async (_, place) => {
  const view = openRoom(100_000)
  await view.open('unread')
  held = []
  const first = view.open({ message: ID + 500 })
  const second = view.open({ message: ID + 70_000 })
  await answer(place, true)
  await answer(0, true)
  expect(await first).toBe('superseded')
  expect(await second).toBe('shown')
  expect(view.rows.some((row) => row.n === 70_000)).toBe(true)
  expect(view.loading).toBeNull()
})

/** Every sequence of three of these, with every order and every loss of their answers. */
const works = ['older', 'newer', 'near', 'far'] as const
const orders = [
  [0, 0, 0],
  [1, 0, 0],
  [2, 0, 0],
  [2, 1, 0],
  [0, 1, 0],
  [1, 1, 0],
] as const
const plays = works.flatMap((a) => works.flatMap((b) => works.map((c) => [a, b, c] as const)))

test.each(plays)('whatever_is_lost_or_late_nothing_is_stuck: %s, %s, %s', async (...play) => {
  for (const order of orders) {
    for (let losses = 0; losses < 8; losses++) {
      held = null
      const view = openRoom(100_000)
      await view.open({ message: ID + 50_000 })
      held = []
      let jump: number | null = null
      for (const work of play) {
        if (work === 'older' || work === 'newer') void view.extend(work)
        else void view.open({ message: ID + (jump = work === 'near' ? 51_000 : 90_000) })
        await Promise.resolve()
      }
      for (let i = 0; held.length > 0 && i < 6; i++) {
        await answer(Math.min(order[i] ?? 0, held.length - 1), (losses & (1 << i)) === 0)
      }
      const story = `${play} ${order} ${losses}`
      expect(view.loading, story).toBeNull()
      const failed = view.failed?.what
      if (jump !== null && failed !== 'open')
        expect(
          view.rows.some((row) => row.n === jump),
          story,
        ).toBe(true)
      // Afterwards everything works.
      held = null
      if (failed === 'open') await view.open(view.place)
      else await view.retry()
      expect(view.failed, story).toBeNull()
      if (jump !== null)
        expect(
          view.rows.some((row) => row.n === jump),
          story,
        ).toBe(true)
      const [from, to] = shown(view) as [number, number]
      await view.extend('older')
      await view.extend('newer')
      expect(shown(view), story).toEqual([from - PAGE, to + PAGE])
    }
  }
})

test('what_is_read_stays_while_thousands_of_messages_arrive', async () => {
  const view = openRoom(10_000)
  await view.open({ message: ID + 5_000 })
  const before = shown(view)
  for (let n = 10_001; n <= 15_000; n++) {
    state.add(message({ id: ID + n, n }))
    view.follow(false)
  }
  expect(shown(view)).toEqual(before)
  expect(kept()).toBeLessThanOrEqual(ROWS_KEPT_MAX)
})

test('a_room_nobody_looks_at_keeps_only_the_newest_messages', () => {
  openRoom(0)
  for (let n = 1; n <= 5_000; n++) state.add(message({ id: ID + n, n }))
  const [range] = state.timeline.ranges
  expect([range?.from, range?.to]).toEqual([5_001 - ROWS_UNSEEN_KEPT_MAX, 5_000])
})

test('a_room_that_was_left_lets_go_of_all_but_the_newest_messages', async () => {
  const view = openRoom(100_000)
  await view.open('unread')
  for (let i = 0; i < 30; i++) await view.extend('older')
  view.close()
  expect(kept()).toBe(ROWS_UNSEEN_KEPT_MAX)
  expect(state.timeline.at(100_000)).not.toBeNull()
  // Whoever comes back finds the end without asking for it.
  requests = []
  const again = new TimelineView(box, state)
  await again.open('unread')
  expect([again.atEnd, requests]).toEqual([true, []])
})

test('whoever_follows_the_end_for_thousands_of_messages_has_each_at_once', async () => {
  const view = openRoom(100)
  await view.open('unread')
  for (let n = 101; n <= 100 + 3 * ROWS_KEPT_MAX; n++) {
    state.add(message({ id: ID + n, n }))
    view.follow(true)
    expect(view.to).toBe(n)
  }
  expect(kept()).toBeLessThanOrEqual(ROWS_KEPT_MAX)
  expect(requests).toEqual(['newest'])
  view.close()
})

test('a_link_far_from_all_that_is_known_still_opens', async () => {
  const view = openRoom(100_000)
  await view.open('unread')
  for (let i = 0; i < 100; i++) await view.extend('older')
  expect(await view.open({ message: ID + 50 })).toBe('shown')
  expect(view.rows.some((row) => row.n === 50)).toBe(true)
})

test('more_that_was_said_than_has_arrived_takes_nobody_away_from_the_end', async () => {
  const view = openRoom(20)
  await view.open('unread')
  expect(view.follows).toBe(true)
  // A welcome tells of the room before the events that were missed.
  state.last_n = 25
  view.follow(true)
  expect([view.atEnd, view.follows]).toEqual([false, true])
  for (let n = 21; n <= 25; n++) state.add(message({ id: ID + n, n }))
  view.follow(true)
  expect([view.atEnd, view.follows, shown(view)[1]]).toEqual([true, true, 25])
  view.close()
})

test('at_the_end_no_more_is_shown_at_first_than_fits_and_the_rest_needs_no_request', async () => {
  state = new RoomState(room({ last_n: 500, read_n: 500 }))
  const view = new TimelineView(box, state, 20)
  await view.open('unread')
  expect(shown(view)).toEqual([480, 500])
  await view.extend('older')
  expect(shown(view)).toEqual([441, 500])
  expect(requests).toEqual(['newest'])
})
