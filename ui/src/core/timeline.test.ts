import { expect, test } from 'vitest'
import { tombstone } from './revisions'
import { message } from './testing/box'
import { between, ROWS_LAST_KEPT, Timeline } from './timeline'

const rows = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => message({ id: 100 + from + i, n: from + i }))
const known = (timeline: Timeline) => timeline.ranges.map(({ from, to }) => [from, to])
const numbers = (timeline: Timeline) => timeline.ranges.flatMap((range) => range.rows.map((row) => row.n))

test('pages_that_touch_become_one_range', () => {
  const timeline = new Timeline()
  timeline.insert(11, 20, rows(11, 20))
  timeline.insert(1, 10, rows(1, 10))
  expect(known(timeline)).toEqual([[1, 20]])
  expect(numbers(timeline)).toEqual(rows(1, 20).map((row) => row.n))
})

test('pages_with_a_gap_stay_apart_until_it_is_filled', () => {
  const timeline = new Timeline()
  timeline.insert(1, 5, rows(1, 5))
  timeline.insert(8, 9, rows(8, 9))
  expect(known(timeline)).toEqual([
    [1, 5],
    [8, 9],
  ])
  expect(timeline.at(6)).toBeNull()
  timeline.insert(4, 8, rows(4, 8))
  expect(known(timeline)).toEqual([[1, 9]])
  expect(numbers(timeline)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('a_message_that_comes_twice_is_known_once', () => {
  const timeline = new Timeline()
  timeline.insert(1, 5, rows(1, 5))
  timeline.insert(3, 3, rows(3, 3))
  timeline.insert(5, 5, rows(5, 5))
  expect(numbers(timeline)).toEqual([1, 2, 3, 4, 5])
})

test('a_page_may_cover_numbers_without_rows', () => {
  const timeline = new Timeline()
  timeline.insert(1, 5, [rows(2, 2)[0]!, rows(5, 5)[0]!])
  expect(known(timeline)).toEqual([[1, 5]])
  expect(numbers(timeline)).toEqual([2, 5])
})

test('a_page_read_before_a_deletion_does_not_bring_the_text_back', () => {
  const timeline = new Timeline()
  timeline.insert(1, 5, rows(1, 5))
  timeline.replace(103, (row) => tombstone(row, 109))
  timeline.insert(2, 6, rows(2, 6))
  expect(timeline.find(103)).toMatchObject({ body: '', deleted: true })
  expect(timeline.find(104)).toMatchObject({ body: 'Hello porch', deleted: false })
})

test('a_message_is_replaced_where_it_is_known_and_nowhere_else', () => {
  const timeline = new Timeline()
  timeline.insert(1, 5, rows(1, 5))
  expect(timeline.replace(103, (row) => ({ ...row, deleted: true }))).toBe(true)
  expect(timeline.find(103)?.deleted).toBe(true)
  expect(timeline.replace(999, (row) => ({ ...row, deleted: true }))).toBe(false)
  expect(timeline.find(999)).toBeNull()
})

test('between_gives_a_copy', () => {
  const all = rows(1, 5)
  const part = between(all, 2, 3)
  expect(part.map((row) => row.n)).toEqual([2, 3])
  expect(between(all, 1, 9)).not.toBe(all)
})

test('trimming_lets_go_of_the_far_end', () => {
  const timeline = new Timeline()
  timeline.insert(1, 1_000, rows(1, 1_000))
  timeline.trim(1_000, 400)
  expect(known(timeline)).toEqual([[601, 1_000]])
  timeline.trim(1_000, 30)
  expect(known(timeline)).toEqual([[971, 1_000]])
})

test('the_last_messages_stay_wherever_one_reads', () => {
  const timeline = new Timeline()
  timeline.insert(601, 1_000, rows(601, 1_000))
  timeline.insert(1, 200, rows(1, 200))
  timeline.trim(100, 400)
  expect(known(timeline)).toEqual([
    [1, 200],
    [601, 740],
    [1_001 - ROWS_LAST_KEPT, 1_000],
  ])
  expect(numbers(timeline)).toHaveLength(400)
  timeline.insert(1_001, 1_010, rows(1_001, 1_010))
  timeline.trim(100, 200)
  expect(known(timeline)).toEqual([
    [1, 140],
    [1_011 - ROWS_LAST_KEPT, 1_010],
  ])
})

test('trimming_leaves_what_is_below_the_limit', () => {
  const timeline = new Timeline()
  timeline.insert(1, 40, rows(1, 40))
  timeline.trim(40, 40)
  expect(known(timeline)).toEqual([[1, 40]])
})
