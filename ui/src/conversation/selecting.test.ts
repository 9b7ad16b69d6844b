import { beforeEach, expect, test } from 'vitest'
import { RoomState } from '../core/room.svelte'
import { message, room as told } from '../core/testing/box'
import { toasts } from '../parts/toasts.svelte'
import { SELECTED_MAX, Selecting } from './selecting.svelte'

const Check = (() => ({})) as never
const all = Array.from({ length: 300 }, (_, at) => message({ id: at + 1, n: at + 1 }))

let room: RoomState
let selecting: Selecting

const ids = () => selecting.messages.map(({ id }) => id)

beforeEach(() => {
  room = new RoomState(told())
  room.addPage(1, 300, all)
  selecting = new Selecting(room, all[9]!, Check)
  toasts.current = null
})

/** A function: what it gives changes behind the compiler's back. */
const kindSaid = () => toasts.current?.kind

test('what_is_chosen_is_in_order_and_chosen_again_is_not', () => {
  selecting.toggle(all[20]!)
  selecting.toggle(all[3]!)
  expect(ids()).toEqual([4, 10, 21])
  selecting.toggle(all[9]!)
  expect([ids(), selecting.has(10), selecting.has(4)]).toEqual([[4, 21], false, true])
})

test('a_stretch_goes_both_ways_and_takes_back_its_own_alone', () => {
  selecting.toggle(all[11]!)
  selecting.toggle(all[14]!)
  selecting.extendTo(all[16]!, all)
  expect(ids()).toEqual([10, 12, 15, 16, 17])
  selecting.extendTo(all[12]!, all)
  expect(ids()).toEqual([10, 12, 13, 14, 15])
  selecting.extendTo(all[14]!, all)
  expect(ids()).toEqual([10, 12, 15])
})

test('a_stretch_from_what_is_not_in_the_page_is_one', () => {
  selecting.extendTo(all[200]!, all.slice(150))
  expect(ids()).toEqual([10, 201])
})

test('there_is_a_limit_and_it_is_said', () => {
  selecting.extendTo(all[299]!, all)
  expect(ids()).toEqual(Array.from({ length: SELECTED_MAX }, (_, at) => at + 10))
  expect(toasts.current?.kind).toBe('fault')
  toasts.current = null
  selecting.toggle(all[0]!)
  expect([ids().includes(1), selecting.has(1), kindSaid()]).toEqual([false, false, 'fault'])
})

test('what_is_deleted_meanwhile_is_chosen_no_more_and_makes_room', () => {
  selecting.toggle(all[0]!)
  room.bury(1, 1, { seq: 400, room: 1, what: { type: 'deleted', message: 1, n: 1 } })
  expect(ids()).toEqual([10])
})

test('stopping_ends_it_and_no_other', () => {
  room.selecting = selecting
  const other = new Selecting(room, all[0]!, Check)
  other.stop()
  expect(room.selecting).toBe(selecting)
  selecting.stop()
  expect(room.selecting).toBeNull()
})
