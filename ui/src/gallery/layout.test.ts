import { expect, test } from 'vitest'
import { message } from '../core/testing/box'
import { drawn, layout, placeAt, placeBy, spotOf, topOf } from './layout'
import type { Thing } from './things'

const at = (year: number, month: number, day = 15) => new Date(year, month - 1, day).getTime()

/** Things of these months, the newest first. */
function things(...months: readonly (readonly [month: number, count: number])[]): Thing[] {
  let id = 1_000
  return months.flatMap(([month, count]) =>
    Array.from({ length: count }, () => {
      id -= 1
      return {
        key: `${id} 0`,
        at: 0,
        message: message({ id, sent_at: at(2026, month) }),
        href: 'https://a.example',
        text: 'a.example',
      }
    }),
  )
}

const MEASURES = { columns: 3, rowPx: 100, headPx: 40 }
const laid = layout(things([11, 7], [10, 3], [9, 1]), MEASURES)

test('months lie below each other, each as high as its rows', () => {
  expect(laid.months.map(({ from, to, top, height }) => [from, to, top, height])).toEqual([
    [0, 7, 0, 340],
    [7, 10, 340, 140],
    [10, 11, 480, 140],
  ])
  expect(laid.height).toBe(620)
})

test('a month that comes twice, by a clock that was set, is drawn twice', () => {
  const { months } = layout(things([11, 1], [10, 1], [11, 1]), MEASURES)
  expect(new Set(months.map(({ key }) => key)).size).toBe(3)
})

test('only what is near the window is drawn, and what is kept', () => {
  const near = drawn(laid, 150, 400, -1)
  expect(near.map(({ from, first, last }) => [from, first, last])).toEqual([
    [0, 3, 7],
    [7, 7, 10],
  ])
  expect(drawn(laid, 0, 100, 10).map(({ first, last }) => [first, last])).toEqual([
    [0, 3],
    [11, 11],
  ])
  const many = layout(things([11, 10_000]), MEASURES)
  const [month] = drawn(many, 150_000, 151_000, -1)
  expect(month!.last - month!.first).toBeLessThan(40)
})

test('a thing is found by its height, and its height by its place', () => {
  expect([0, 3, 6, 7, 10].map((place) => topOf(laid, place))).toEqual([40, 140, 240, 380, 520])
  expect([0, 139, 140, 341, 619, 620].map((y) => placeAt(laid, y))).toEqual([0, 0, 3, 7, 10, -1])
  expect(spotOf(laid, laid.months[0]!, 5)).toEqual({ top: 140, column: 2 })
})

test('arrows lead from row to row, and from month to month', () => {
  const led = (key: string, place: number) => placeBy(laid, key, place)
  expect([led('ArrowRight', 6), led('ArrowLeft', 7), led('ArrowLeft', 0), led('ArrowRight', 10)]).toEqual([
    7,
    6,
    null,
    null,
  ])
  // The last row has one, the next month three.
  expect([led('ArrowDown', 1), led('ArrowDown', 4), led('ArrowDown', 6), led('ArrowDown', 9)]).toEqual([
    4, 6, 7, 10,
  ])
  expect([led('ArrowUp', 9), led('ArrowUp', 4), led('ArrowUp', 1), led('ArrowUp', 10)]).toEqual([
    6,
    1,
    null,
    7,
  ])
  expect([led('Home', 5), led('End', 5), led('a', 5)]).toEqual([0, 10, null])
})
