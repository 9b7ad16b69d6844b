import { expect, test } from 'vitest'
import {
  beginsAt,
  type DoodleStep,
  type Drawing,
  EDGE_MAX,
  EDGE_MIN,
  groundOf,
  isEmpty,
  isFull,
  isPlain,
  isUntouched,
  onPicture,
  POINTS_MAX,
  redone,
  STEPS_MAX,
  sheet,
  sizeOn,
  undone,
  withStep,
} from './drawing'

const line = (points = 2): DoodleStep => ({
  is: 'ink',
  color: 'red',
  width: 16,
  points: new Float32Array(points * 3),
  isPressed: true,
})
const eraser: DoodleStep = {
  is: 'eraser',
  color: 'red',
  width: 16,
  points: new Float32Array(3),
  isPressed: false,
}
const clear: DoodleStep = { is: 'clear' }
const drawn = (...steps: DoodleStep[]) => steps.reduce<Drawing>(withStep, sheet({ width: 800, height: 600 }))

test('what_was_undone_is_redone_in_order_and_as_far_as_there_is_any', () => {
  const [a, b, c] = [line(), line(), line()]
  const all = drawn(a, b, c)
  const back = undone(undone(all))
  expect([back.done, back.steps]).toEqual([1, [a, b, c]])
  expect(redone(back).steps[redone(back).done - 1]).toBe(b)
  expect(redone(redone(redone(back))).done).toBe(3)
  expect(undone(undone(undone(undone(all)))).done).toBe(0)
})

test('what_is_drawn_after_an_undo_takes_the_place_of_what_was_undone', () => {
  const [a, b, c] = [line(), line(), line()]
  const other = withStep(undone(drawn(a, b)), c)
  expect(other.steps).toEqual([a, c])
  expect(other.steps[1]).toBe(c)
  expect(redone(other).done).toBe(2)
})

test('a_drawing_is_not_changed_in_place', () => {
  const before = drawn(line())
  const copy = { ...before, steps: [...before.steps] }
  withStep(before, line())
  undone(before)
  expect(before).toEqual(copy)
})

test('clearing_leaves_nothing_to_be_seen_and_is_undone', () => {
  const all = drawn(line(), line(), clear)
  expect([isEmpty(all), isUntouched(all), beginsAt(all.steps)]).toEqual([true, false, 3])
  expect([isEmpty(undone(all)), beginsAt(all.steps, 2)]).toEqual([false, 0])
  expect(isEmpty(withStep(all, { is: 'stamp', emoji: '🌹', size: 90, x: 1, y: 1 }))).toBe(false)
})

test('a_doodle_of_which_all_was_undone_is_plain_and_can_be_redone', () => {
  const all = drawn(line(), { is: 'ground', ground: 'black' })
  expect([isPlain(all), isPlain(undone(all))]).toEqual([false, false])
  const back = undone(undone(all))
  expect([isPlain(back), isUntouched(back), isPlain(redone(back))]).toEqual([true, false, false])
  expect(isPlain(withStep(all, clear))).toBe(true)
})

test('a_picture_is_plain_until_something_is_drawn_on_it_and_seen_when_it_was_laid_under', () => {
  const begun = onPicture({ width: 40, height: 30 })
  expect([isPlain(begun), isPlain(withStep(begun, line()))]).toEqual([true, false])
  expect(isPlain(drawn({ is: 'ground', ground: 0 }))).toBe(false)
})

test('who_has_only_erased_has_drawn_nothing', () => {
  expect(isEmpty(drawn(eraser))).toBe(true)
  expect(isEmpty(drawn(eraser, line()))).toBe(false)
})

test('what_it_is_drawn_on_is_the_last_that_stands_and_outlives_clearing', () => {
  const all = drawn({ is: 'ground', ground: 'black' }, line(), { is: 'ground', ground: 'squared' }, clear)
  expect(groundOf(all)).toBe('squared')
  expect(groundOf(undone(undone(all)))).toBe('black')
  expect(groundOf(sheet({ width: 1, height: 1 }))).toBe('white')
  expect(groundOf(onPicture({ width: 40, height: 30 }))).toBe(0)
})

test('a_sheet_stands_as_the_screen_does', () => {
  expect(sheet({ width: 360, height: 740 }).size).toEqual({ width: 1_536, height: 2_048 })
  expect(sheet({ width: 1_280, height: 800 }).size).toEqual({ width: 2_048, height: 1_536 })
})

test('on_a_picture_it_is_as_large_as_that_within_bounds', () => {
  expect(sizeOn({ width: 1_600, height: 1_200 })).toEqual({ width: 1_600, height: 1_200 })
  expect(sizeOn({ width: 8_000, height: 4_000 })).toEqual({ width: EDGE_MAX, height: EDGE_MAX / 2 })
  expect(sizeOn({ width: 30, height: 60 })).toEqual({ width: EDGE_MIN / 2, height: EDGE_MIN })
  expect(sizeOn({ width: 10_000, height: 1 })).toEqual({ width: EDGE_MAX, height: 1 })
})

test('it_is_full_by_points_or_by_steps_and_what_was_undone_makes_room', () => {
  const nearly = drawn(line(POINTS_MAX - 1))
  expect(isFull(nearly)).toBe(false)
  const full = withStep(nearly, line(1))
  expect([isFull(full), isFull(undone(full))]).toEqual([true, false])
  const steps = Array.from({ length: STEPS_MAX }, () => clear)
  const many: Drawing = { ...sheet({ width: 1, height: 1 }), steps, done: STEPS_MAX }
  expect([isFull(many), isFull(undone(many))]).toEqual([true, false])
})
