import { expect, test } from 'vitest'
import { partAway, slideOf } from './gesture'

test('a_hand_that_trembles_does_nothing', () => {
  expect(slideOf(-20, -15, false)).toBe('stays')
  expect(slideOf(200, 200, false)).toBe('stays')
})

test('towards_where_lines_begin_is_away_and_up_is_up', () => {
  expect(slideOf(-120, -10, false)).toBe('away')
  expect(slideOf(120, -10, false)).toBe('stays')
  expect(slideOf(120, -10, true)).toBe('away')
  expect(slideOf(-10, -90, false)).toBe('up')
  expect(slideOf(-100, -140, false)).toBe('up')
  expect(partAway(-45, false)).toBe(0.5)
  expect(partAway(-500, false)).toBe(1)
  expect(partAway(45, false)).toBe(0)
})
