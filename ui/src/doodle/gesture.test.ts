import { beforeEach, expect, test } from 'vitest'
import { Gesture, type Press } from './gesture'

let told: string[]
let gesture: Gesture

beforeEach(() => {
  told = []
  gesture = new Gesture({
    begun: () => told.push('begun'),
    ended: () => told.push('ended'),
    takenBack: () => told.push('taken back'),
    pinched: (from, to, factor) => told.push(`${from.x},${from.y} to ${to.x},${to.y} x${factor}`),
  })
})

const press = (id: number, by: Press['by'], x: number, y: number, at = 0, moves = false): Press => ({
  id,
  by,
  x,
  y,
  at,
  moves,
})
const lift = (id: number, at: number, isCancelled = false) => gesture.up({ id, at }, isCancelled)

test('one_finger_draws', () => {
  gesture.down(press(1, 'touch', 0, 0))
  expect(gesture.draws(1)).toBe(true)
  gesture.move({ id: 1, x: 100, y: 0 })
  lift(1, 400)
  expect(told).toEqual(['begun', 'ended'])
  expect(gesture.draws(1)).toBe(false)
})

test('two_fingers_come_closer_and_what_the_first_has_begun_is_taken_back', () => {
  gesture.down(press(1, 'touch', 0, 0))
  gesture.move({ id: 1, x: 0, y: 0 })
  gesture.down(press(2, 'touch', 100, 0, 120))
  gesture.move({ id: 2, x: 200, y: 0 })
  expect(told).toEqual(['begun', 'taken back', '50,0 to 100,0 x2'])
  // What is left of a pinch draws nothing, until all fingers are up.
  lift(2, 300)
  gesture.move({ id: 1, x: 0, y: 40 })
  gesture.down(press(3, 'touch', 10, 10, 320))
  expect(gesture.draws(3)).toBe(false)
  lift(1, 400)
  lift(3, 400)
  gesture.down(press(4, 'touch', 0, 0, 500))
  expect(gesture.draws(4)).toBe(true)
})

test('a_second_finger_that_comes_late_means_nothing', () => {
  gesture.down(press(1, 'touch', 0, 0))
  gesture.move({ id: 1, x: 80, y: 0 })
  gesture.down(press(2, 'touch', 300, 300, 900))
  gesture.move({ id: 2, x: 310, y: 300 })
  gesture.move({ id: 1, x: 90, y: 0 })
  lift(1, 1_000)
  expect(told).toEqual(['begun', 'ended'])
})

test('the_hand_that_comes_before_the_pen_draws_nothing', () => {
  gesture.down(press(1, 'touch', 300, 300))
  gesture.down(press(2, 'pen', 0, 0, 2_000))
  expect(gesture.draws(2)).toBe(true)
  expect(told).toEqual(['begun', 'taken back', 'begun'])
})

test('while_a_pen_is_in_use_hands_neither_draw_nor_move', () => {
  gesture.down(press(1, 'pen', 0, 0))
  gesture.down(press(2, 'touch', 300, 300, 10))
  gesture.move({ id: 2, x: 400, y: 300 })
  lift(1, 500)
  gesture.down(press(3, 'touch', 300, 300, 600))
  gesture.move({ id: 3, x: 400, y: 300 })
  // And the next line comes while it still lies there.
  gesture.down(press(4, 'pen', 0, 0, 700))
  lift(4, 1_200)
  expect(told).toEqual(['begun', 'ended', 'begun', 'ended'])
})

test('two_fingers_move_beside_a_pen_too', () => {
  gesture.down(press(1, 'pen', 0, 0))
  lift(1, 500)
  gesture.down(press(2, 'touch', 0, 0, 600))
  gesture.down(press(3, 'touch', 100, 0, 610))
  gesture.move({ id: 3, x: 50, y: 0 })
  expect(told.at(-1)).toBe('50,0 to 25,0 x0.5')
})

test('a_mouse_draws_and_moves_by_its_middle_button', () => {
  gesture.down(press(1, 'mouse', 0, 0))
  lift(1, 500)
  gesture.down(press(1, 'mouse', 5, 5, 600, true))
  gesture.move({ id: 1, x: 15, y: 5 })
  lift(1, 700)
  expect(told).toEqual(['begun', 'ended', '5,5 to 15,5 x1'])
})

test('what_the_system_takes_at_once_was_not_meant_and_what_it_takes_later_stays', () => {
  gesture.down(press(1, 'touch', 0, 0))
  lift(1, 100, true)
  gesture.down(press(2, 'touch', 0, 0, 1_000))
  gesture.move({ id: 2, x: 200, y: 0 })
  lift(2, 2_000, true)
  expect(told).toEqual(['begun', 'taken back', 'begun', 'ended'])
})

test('pointers_that_nobody_pressed_mean_nothing', () => {
  gesture.move({ id: 9, x: 1, y: 1 })
  lift(9, 10)
  expect(told).toEqual([])
})
