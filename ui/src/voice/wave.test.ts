import { describe, expect, test } from 'vitest'
import { soughtBy, wavePath } from './wave'

describe('levels', () => {
  const heights = (path: string) =>
    [...path.matchAll(/ ([\d.]+)V([\d.]+)/g)].map(([, from, to]) => Number(to) - Number(from))

  test('are bars, the loudest as high as there is room', () => {
    const [low, middle, high] = heights(wavePath([0, 50, 100], 3))
    expect(low).toBeCloseTo(0.12)
    expect(middle).toBeCloseTo(0.94)
    expect(high).toBeCloseTo(1.88)
  })

  test('are as many as there are to be, whatever was recorded', () => {
    for (const levels of [[], [7], [1, 2, 3], Array.from({ length: 64 }, (_, at) => at)])
      expect(heights(wavePath(levels, 48))).toHaveLength(48)
  })

  test('of silence are seen', () => {
    expect(Math.min(...heights(wavePath([0, 0], 48)))).toBeGreaterThan(0)
  })
})

test('keys lead to any place', () => {
  expect(soughtBy('ArrowRight', 5_000, 30_000)).toBe(6_000)
  expect(soughtBy('ArrowRight', 5_000, 300_000)).toBe(10_000)
  expect(soughtBy('ArrowLeft', 500, 30_000)).toBe(0)
  expect(soughtBy('PageUp', 0, 30_000)).toBe(3_000)
  expect(soughtBy('Home', 500, 30_000)).toBe(0)
  expect(soughtBy('End', 500, 30_000)).toBe(30_000)
  expect(soughtBy('x', 500, 30_000)).toBeNull()
})
