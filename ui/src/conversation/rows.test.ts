import { expect, test } from 'vitest'
import type { Pending } from '../core/room.svelte'
import { message } from '../core/testing/box'
import type { Message } from '../protocol'
import { GROUP_MS, keepRows, layOut } from './rows'

const NOON = new Date(2026, 10, 20, 12).getTime()
const MINUTE = 60_000

let last = 0
const said = (author: number, at: number, changes: Partial<Message> = {}): Message => {
  last += 1
  return message({ id: last, n: last, author, sent_at: at, client_msg_id: `id-${last}`, ...changes })
}
const waiting = (at: number, id: string): Pending => ({
  client_msg_id: id,
  room: 1,
  body: id,
  written_at: at,
  failed: null,
})
const heads = (days: ReturnType<typeof layOut>) => days.flatMap((day) => day.rows.map((row) => row.head))

test('messages_of_one_author_in_a_row_are_one_group', () => {
  const days = layOut([said(2, NOON), said(2, NOON + MINUTE), said(1, NOON + 2 * MINUTE)], [], 1, null)
  expect(heads(days)).toEqual([true, false, true])
  expect(days[0]?.rows.map((row) => row.tail)).toEqual([false, true, true])
})

test('a_pause_begins_a_new_group', () => {
  const days = layOut(
    [said(2, NOON), said(2, NOON + GROUP_MS), said(2, NOON + 2 * GROUP_MS + 1)],
    [],
    1,
    null,
  )
  expect(heads(days)).toEqual([true, false, true])
})

test('days_of_the_reader_are_kept_apart', () => {
  const days = layOut([said(2, NOON - 12 * 60 * MINUTE - 1), said(2, NOON - 12 * 60 * MINUTE)], [], 1, null)
  expect(days.map((day) => day.rows.length)).toEqual([1, 1])
  expect(heads(days)).toEqual([true, true])
})

test('the_line_stands_before_the_first_new_message_of_somebody_else', () => {
  const [a, b, c, d] = [said(2, NOON), said(1, NOON + 1), said(2, NOON + 2), said(2, NOON + 3)]
  const days = layOut([a!, b!, c!, d!], [], 1, a!.n)
  expect(days[0]?.rows.map((row) => row.isFirstNew)).toEqual([false, false, true, false])
  expect(layOut([a!, b!, c!], [], 1, null)[0]?.rows.some((row) => row.isFirstNew)).toBe(false)
})

test('a_row_keeps_its_key_when_the_box_confirms_it', () => {
  const before = layOut([], [waiting(NOON, 'mine')], 1, null)
  const after = layOut([said(1, NOON, { client_msg_id: 'mine' })], [], 1, null)
  expect(before[0]?.rows[0]?.key).toBe(after[0]?.rows[0]?.key)
})

test('what_waits_stands_last_even_if_this_clock_is_a_day_behind', () => {
  const days = layOut([said(2, NOON)], [waiting(NOON - 24 * 60 * MINUTE, 'mine')], 1, null)
  expect(days).toHaveLength(1)
  expect(days[0]?.rows.at(-1)?.id).toBe('mine')
})

test('a_deleted_message_stands_by_itself', () => {
  const days = layOut([said(2, NOON), said(2, NOON, { deleted: true, body: '' }), said(2, NOON)], [], 1, null)
  expect(heads(days)).toEqual([true, true, true])
})

test('rows_that_did_not_change_stay_the_same_objects', () => {
  const messages = [said(2, NOON), said(2, NOON + 1), said(2, NOON + 2)]
  const before = layOut(messages, [], 1, null)
  const grown = [...messages, said(2, NOON + 3)]
  const after = keepRows(layOut(grown, [], 1, null), before)
  const same = after[0]?.rows.map((row, place) => row === before[0]?.rows[place])
  // The third was the last of its group and is not any more.
  expect(same).toEqual([true, true, false, false])
})

test('a_row_whose_message_was_deleted_is_a_new_object', () => {
  const whole = said(2, NOON)
  const before = layOut([whole], [], 1, null)
  const after = keepRows(layOut([{ ...whole, deleted: true, body: '' }], [], 1, null), before)
  expect(after[0]?.rows[0]).not.toBe(before[0]?.rows[0])
  expect(after[0]?.rows[0]?.content).toEqual({ kind: 'deleted' })
})

test('a_row_holds_the_text_of_what_is_stored_and_of_what_waits', () => {
  const [day] = layOut([said(2, NOON, { body: 'stored' })], [waiting(NOON + 1, 'waits')], 1, null)
  expect(day?.rows.map((row) => row.content)).toEqual([
    { kind: 'text', text: 'stored' },
    { kind: 'text', text: 'waits' },
  ])
})
