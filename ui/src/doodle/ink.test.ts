import { expect, test } from 'vitest'
import { isNews, outline, PIECE_POINTS, pieces } from './ink'

/** A line from left to right, pressed so hard. */
const across = (count: number, pressure: (at: number) => number) =>
  Array.from({ length: count }, (_, at) => [at * 10, 100, pressure(at)]).flat()
const heights = (points: number[], from: number, to: number, isPressed = true) => {
  const ys = outline(points, { from, to }, { width: 20, isPressed, isLast: true }).map(([, y]) => y!)
  return Math.max(...ys) - Math.min(...ys)
}

test('a_line_is_wider_where_it_was_pressed_harder', () => {
  const [soft, hard] = [0.2, 0.9].map((pressure) =>
    heights(
      across(40, () => pressure),
      0,
      40,
    ),
  ) as [number, number]
  expect(hard).toBeGreaterThan(soft * 1.8)
  expect(hard).toBeLessThan(20 * 2)
})

test('where_no_pressure_is_felt_a_quick_line_is_narrower_than_a_slow_one', () => {
  const spaced = (px: number) => Array.from({ length: 40 }, (_, at) => [at * px, 100, 0.5]).flat()
  const [slow, quick] = [2, 60].map((px) => heights(spaced(px), 0, 40, false)) as [number, number]
  expect(slow).toBeGreaterThan(quick + 2)
  // Felt, it would not count how quick it is.
  expect(heights(spaced(60), 0, 40)).toBeCloseTo(heights(spaced(2), 0, 40), 0)
})

test('one_point_is_a_dot', () => {
  const dot = outline([50, 50, 0.5], { from: 0, to: 1 }, { width: 20, isPressed: false, isLast: true })
  const xs = dot.map(([x]) => x!)
  const wide = Math.max(...xs) - Math.min(...xs)
  expect(wide).toBeGreaterThan(8)
  expect(wide).toBeLessThan(24)
})

test('pieces_cover_a_line_and_overlap_so_that_no_seam_is_seen', () => {
  expect(pieces(1)).toEqual([{ from: 0, to: 1 }])
  expect(pieces(PIECE_POINTS)).toHaveLength(1)
  const all = pieces(PIECE_POINTS * 3 + 5)
  expect(all).toHaveLength(4)
  expect(all.at(-1)!.to).toBe(PIECE_POINTS * 3 + 5)
  for (const [at, { from, to }] of all.entries()) {
    expect(to - from).toBeLessThanOrEqual(PIECE_POINTS + 12)
    if (at > 0) expect(from).toBeLessThan(all[at - 1]!.to)
  }
})

test('what_was_finished_of_a_line_is_shaped_the_same_when_it_has_grown', () => {
  expect(pieces(PIECE_POINTS * 2 + 1).slice(0, 2)).toEqual(pieces(PIECE_POINTS * 2))
})

test('a_point_on_another_says_nothing', () => {
  expect(isNews(null, 4, 4)).toBe(true)
  expect(isNews({ x: 4, y: 4 }, 4.5, 4.5)).toBe(false)
  expect(isNews({ x: 4, y: 4 }, 5, 4)).toBe(true)
})
