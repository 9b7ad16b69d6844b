import { expect, test } from 'vitest'
import { firstBelow } from './scroll'

/** Rows of these heights, one below the other, the first at `top`. */
function rows(top: number, heights: readonly number[]) {
  let bottom = top
  return heights.map((height) => {
    bottom += height
    const box = { bottom }
    return { getBoundingClientRect: () => box }
  })
}

test('the_first_row_below_an_edge_is_found_wherever_it_is', () => {
  const heights = [40, 1, 300, 24, 24, 0, 60]
  const list = rows(-100, heights)
  const bottoms = list.map((row) => row.getBoundingClientRect().bottom)
  for (let y = -101; y <= bottoms.at(-1)! + 1; y += 0.5) {
    const below = bottoms.findIndex((bottom) => bottom > y)
    expect(firstBelow(list, y), `below ${y}`).toBe(below === -1 ? list.length : below)
  }
})

test('a_row_that_ends_at_the_edge_is_above_it', () => {
  expect(firstBelow(rows(0, [10, 10, 10]), 10)).toBe(1)
  expect(firstBelow(rows(0, [10, 10, 10]), 9.9)).toBe(0)
})

test('without_rows_none_is_below', () => {
  expect(firstBelow([], 0)).toBe(0)
})

test('few_rows_are_measured_to_find_one_among_many', () => {
  let measured = 0
  const list = rows(
    0,
    Array.from({ length: 300 }, () => 20),
  ).map((row) => ({
    getBoundingClientRect: () => {
      measured += 1
      return row.getBoundingClientRect()
    },
  }))
  expect(firstBelow(list, 20 * 123)).toBe(123)
  expect(measured).toBeLessThanOrEqual(9)
})
