import { describe, expect, test } from 'vitest'
import {
  fitted,
  moved,
  needsOriginal,
  pinched,
  scaleMax,
  swipeOf,
  WHOLE,
  wheelFactor,
  within,
  zoomed,
} from './zoom'

const STAGE = { width: 400, height: 800 }
const PICTURE = { width: 4_000, height: 3_000 }
const fit = fitted(PICTURE, STAGE)
const limits = { fit, stage: STAGE, max: 10 }

describe('a whole picture', () => {
  test('is as large as it fits', () => {
    expect(fitted(PICTURE, STAGE)).toEqual({ width: 400, height: 300 })
    expect(fitted({ width: 100, height: 4_000 }, STAGE)).toEqual({ width: 20, height: 800 })
  })

  test('is no larger than it is', () => {
    expect(fitted({ width: 40, height: 30 }, STAGE)).toEqual({ width: 40, height: 30 })
  })
})

describe('what is enlarged', () => {
  test('stays where the fingers are', () => {
    const point = { x: 100, y: 50 }
    const view = zoomed(WHOLE, 4, point, limits)
    expect(view.scale).toBe(4)
    // The point of the picture that was there is there still.
    expect((point.x - view.x) / view.scale).toBeCloseTo(point.x)
    expect((point.y - view.y) / view.scale).toBeCloseTo(point.y)
  })

  test('goes with both fingers', () => {
    const close = zoomed(WHOLE, 4, { x: 0, y: 0 }, limits)
    const view = pinched(close, { x: 0, y: 0 }, { x: 30, y: -20 }, 1.5, limits)
    expect(view).toEqual({ scale: 6, x: 30, y: -20 })
  })

  test('is never smaller than whole, and never larger than there is something to see', () => {
    expect(zoomed(WHOLE, 0.2, { x: 50, y: 50 }, limits)).toEqual(WHOLE)
    expect(zoomed(WHOLE, 99, { x: 0, y: 0 }, limits).scale).toBe(10)
    expect(scaleMax(PICTURE, fit, 2)).toBe(10)
    expect(scaleMax({ width: 40, height: 30 }, { width: 40, height: 30 }, 2)).toBe(4)
  })

  test('is whole again when it nearly is', () => {
    const close = zoomed(WHOLE, 3, { x: 100, y: 100 }, limits)
    expect(zoomed(close, 1.01, { x: 0, y: 0 }, limits)).toEqual(WHOLE)
  })

  test('shows no more of the ground than it must', () => {
    // 800 by 600 on a stage of 400 by 800: across it may go 200 to each side, and up or down not at all.
    const close = { scale: 2, x: 0, y: 0 }
    expect(moved(close, { x: 999, y: 999 }, limits)).toEqual({ scale: 2, x: 200, y: 0 })
    expect(moved(close, { x: -50, y: -50 }, limits)).toEqual({ scale: 2, x: -50, y: 0 })
    expect(within({ scale: 1, x: 40, y: 40 }, limits)).toEqual(WHOLE)
  })
})

test('a wheel is followed, and a pad sooner', () => {
  expect(wheelFactor(-100, false)).toBeGreaterThan(1)
  expect(wheelFactor(100, false)).toBeCloseTo(1 / wheelFactor(-100, false))
  expect(wheelFactor(-10, true)).toBeGreaterThan(wheelFactor(-10, false))
  expect(wheelFactor(-99_999, false)).toBe(wheelFactor(-200, false))
})

describe('a finger that draws a whole picture', () => {
  test.each([
    ['older', { x: 120, y: 10 }, 900],
    ['newer', { x: -120, y: 10 }, 900],
    ['newer', { x: -40, y: 10 }, 50],
    ['away', { x: 20, y: 120 }, 900],
    [null, { x: 40, y: 10 }, 900],
    [null, { x: 10, y: -200 }, 100],
    [null, { x: 10, y: 5 }, 1],
  ])('leads to %s', (leads, by, ms) => {
    expect(swipeOf(by, ms)).toBe(leads)
  })
})

test('the picture itself is loaded when its preview is not enough', () => {
  expect(needsOriginal(PICTURE, { width: 400, height: 300 }, 2, 1280)).toBe(false)
  expect(needsOriginal(PICTURE, { width: 800, height: 600 }, 2, 1280)).toBe(true)
  expect(needsOriginal({ width: 1_000, height: 800 }, { width: 8_000, height: 6_400 }, 2, 1280)).toBe(false)
})
