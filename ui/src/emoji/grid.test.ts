import { expect, test } from 'vitest'
import { layRows, moved, type Press, rowOf, rowsSeen, sectionAt } from './grid'

const MEASURE = { columns: 4, cell: 40, heading: 30 }
const items = (name: string, count: number) => Array.from({ length: count }, (_, at) => `${name}${at}`)
const laid = layRows(
  [
    { title: 'A', items: items('a', 6) },
    { title: 'B', items: items('b', 9) },
  ],
  MEASURE,
)
const press = (key: string, more: Partial<Press> = {}): Press => ({
  key,
  ctrl: false,
  rtl: false,
  page: 2,
  ...more,
})

test('rows_lie_below_each_other', () => {
  expect(laid.rows.map(({ top, title, from, items }) => [top, title, from, items.length])).toEqual([
    [0, 'A', 0, 0],
    [30, null, 0, 4],
    [70, null, 4, 2],
    [110, 'B', 6, 0],
    [140, null, 6, 4],
    [180, null, 10, 4],
    [220, null, 14, 1],
  ])
  expect([laid.height, laid.count]).toEqual([260, 15])
})

test('what_was_found_has_no_heading', () => {
  const { rows, height } = layRows([{ title: '', items: items('x', 5) }], MEASURE)
  expect(rows.map(({ top }) => top)).toEqual([0, 40])
  expect(height).toBe(80)
})

test('nothing_has_no_rows', () => {
  expect(layRows([{ title: '', items: [] }], MEASURE)).toEqual({ rows: [], height: 0, count: 0 })
})

test('only_rows_in_sight_are_drawn_and_that_of_the_focus', () => {
  const tops = (from: number, upto: number, at: number) =>
    rowsSeen(laid, from, upto, at).map(({ top }) => top)
  expect(tops(0, 60, 0)).toEqual([0, 30])
  expect(tops(150, 200, 0)).toEqual([30, 140, 180])
  expect(tops(0, 60, 14)).toEqual([0, 30, 220])
  expect(tops(-80, 9_999, 0).length).toBe(7)
})

test('the_section_is_the_one_at_the_upper_edge', () => {
  expect([-5, 0, 109, 110, 900].map((top) => sectionAt(laid, top))).toEqual([0, 0, 0, 1, 1])
})

test.each([
  [0, 'ArrowRight', 1],
  [0, 'ArrowLeft', 0],
  [14, 'ArrowRight', 14],
  [3, 'ArrowRight', 4],
  [0, 'ArrowDown', 4],
  [3, 'ArrowDown', 5],
  [5, 'ArrowDown', 7],
  [6, 'ArrowUp', 4],
  [2, 'ArrowUp', -1],
  [14, 'ArrowDown', 14],
  [7, 'Home', 6],
  [7, 'End', 9],
  [0, 'PageDown', 6],
  [14, 'PageUp', 6],
  [1, 'PageUp', 1],
  [3, 'x', null],
])('from %i by %s to %s', (at, key, next) => {
  expect(moved(laid, at, press(key))).toBe(next)
})

test('the_ends_of_all_are_a_key_away', () => {
  expect(moved(laid, 7, press('Home', { ctrl: true }))).toBe(0)
  expect(moved(laid, 7, press('End', { ctrl: true }))).toBe(14)
})

test('from_right_to_left_the_arrows_change_sides', () => {
  expect(moved(laid, 3, press('ArrowLeft', { rtl: true }))).toBe(4)
  expect(moved(laid, 3, press('ArrowRight', { rtl: true }))).toBe(2)
})

test('each_item_has_its_row', () => {
  expect([0, 5, 6, 14].map((at) => rowOf(laid, at)?.top)).toEqual([30, 70, 140, 220])
  expect(rowOf(laid, 15)).toBeUndefined()
})
