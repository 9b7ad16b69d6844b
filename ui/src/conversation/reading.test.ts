import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RoomState } from '../core/room.svelte'
import { message, room } from '../core/testing/box'
import { Reading } from './reading.svelte'

let state: RoomState
let marked: number[]
let scroll: { attached: boolean; pinned: boolean; lastRead: () => HTMLElement | undefined }
let view: { room: RoomState; ready: boolean; atEnd: boolean }
let reading: Reading
let visible: boolean

beforeEach(() => {
  state = new RoomState(room({ last_n: 500, read_n: 100 }))
  marked = []
  visible = true
  vi.stubGlobal('document', {
    get visibilityState() {
      return visible ? 'visible' : 'hidden'
    },
  })
  scroll = { attached: true, pinned: false, lastRead: () => undefined }
  view = { room: state, ready: true, atEnd: false }
  const chat = {
    markRead: (_: number, n: number) => {
      marked.push(n)
      state.read_n = Math.max(state.read_n, n)
    },
  }
  reading = new Reading(chat, view as never, scroll as never)
})

afterEach(() => vi.unstubAllGlobals())

const sees = (n: number) => (scroll.lastRead = () => ({ dataset: { n: String(n) } }) as never)

test('only_what_was_on_the_screen_is_read', () => {
  sees(117)
  reading.mark()
  expect(marked).toEqual([117])
  expect(state.unread).toBe(383)
})

test('at_the_end_of_all_everything_is_read_and_at_the_end_of_a_part_nothing_beyond_it', () => {
  scroll.pinned = true
  sees(130)
  reading.mark()
  expect(marked).toEqual([130])
  view.atEnd = true
  reading.mark()
  expect(marked).toEqual([130, 500])
})

test('nothing_is_read_while_nobody_looks_and_what_comes_then_is_new', () => {
  scroll.pinned = true
  view.atEnd = true
  reading.begin()
  expect(reading.lineN).toBe(100)
  reading.mark()
  visible = false
  state.add(message({ id: 501, n: 501 }))
  reading.heard()
  state.add(message({ id: 502, n: 502, client_msg_id: 'b' }))
  reading.heard()
  expect([marked, reading.lineN]).toEqual([[500], 500])
})

test('the_line_stays_where_it_was_while_one_reads_on', () => {
  reading.begin()
  sees(200)
  reading.heard()
  reading.begin()
  expect(reading.lineN).toBe(100)
})

test('what_was_missed_is_new_until_it_is_seen_though_the_end_was_being_looked_at', () => {
  scroll.pinned = true
  state.read_n = 500
  view.atEnd = false
  state.last_n = 540
  reading.heard()
  expect([marked, reading.lineN, reading.keepsLine]).toEqual([[], 500, true])
  reading.placed()
  expect(reading.keepsLine, 'more is to come').toBe(true)
  view.atEnd = true
  reading.placed()
  expect(reading.keepsLine).toBe(false)
})
