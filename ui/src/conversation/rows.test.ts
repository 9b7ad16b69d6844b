import { expect, test } from 'vitest'
import type { Pending } from '../core/room.svelte'
import { picture } from '../core/testing/attachments'
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

test('what_the_box_has_stored_already_waits_no_longer', () => {
  const stored = said(1, NOON, { client_msg_id: 'mine' })
  const others = said(2, NOON, { client_msg_id: 'next' })
  const days = layOut([stored, others], [waiting(NOON, 'mine'), waiting(NOON, 'next')], 1, null)
  expect(days[0]?.rows.map((row) => row.message ?? row.pending?.client_msg_id)).toEqual([
    stored,
    others,
    'next',
  ])
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

test('a_day_that_comes_again_because_a_clock_was_wrong_is_another_section', () => {
  const days = layOut([said(2, NOON), said(2, NOON + 24 * 60 * MINUTE), said(2, NOON + MINUTE)], [], 1, null)
  expect(days.map((day) => day.rows.length)).toEqual([1, 1, 1])
  expect(new Set(days.map((day) => day.key)).size).toBe(3)
})

/** Numbers that look random and are the same in every run. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return (state >>> 0) / 2 ** 32
  }
}

test('whatever_the_times_and_authors_no_key_comes_twice_and_nothing_is_lost', () => {
  for (let seed = 1; seed <= 500; seed++) {
    const random = chance(seed)
    const from = Math.floor(random() * 1_000)
    const count = Math.floor(random() * 60)
    const messages = Array.from({ length: count }, (_, i) => {
      // Clocks that jump by days, over changes of summer time, and before 1970.
      const at = NOON + Math.round((random() - 0.5) * 10 ** (3 + Math.floor(random() * 10)))
      const n = from + 1 + i
      const author = 1 + Math.floor(random() * 3)
      // Clients choose their ids: another author may have chosen the same.
      const id = `id-${Math.floor(n / 3)}-${author === 1 ? n : n % 3}`
      return message({ id: n * 7, n, author, sent_at: at, client_msg_id: id, deleted: random() < 0.2 })
    })
    const pending = Array.from({ length: Math.floor(random() * 4) }, (_, i) =>
      waiting(NOON - i * 10 ** 9, `w${i}`),
    )
    // Of what waits some is stored, and a page of history has told before the box did.
    const told = messages.filter(({ author }) => author === 1 && random() < 0.1)
    const waits = [...told.map(({ client_msg_id }) => waiting(NOON, client_msg_id)), ...pending]
    const readN = random() < 0.2 ? null : Math.floor(random() * (from + count + 5))
    const days = layOut(messages, waits, 1, readN)
    const rows = days.flatMap((day) => day.rows)
    expect(
      rows.map((row) => row.message ?? row.pending),
      `seed ${seed}`,
    ).toEqual([...messages, ...pending])
    const keys = [...days.map((day) => day.key), ...rows.map((row) => row.key)]
    expect(new Set(keys).size, `seed ${seed}`).toBe(keys.length)
    expect(days.every((day) => day.rows.at(-1)?.tail && day.rows[0]?.head)).toBe(true)
    const first = messages.find(({ n, author, deleted }) => n > readN! && author !== 1 && !deleted)
    const expected = readN === null || readN + 1 < from + 1 || !first ? [] : [first]
    expect(
      rows.filter((row) => row.isFirstNew).map((row) => row.message),
      `seed ${seed}`,
    ).toEqual(expected)
  }
})

test('without_its_true_place_the_line_is_not_drawn', () => {
  const messages = Array.from({ length: 5 }, (_, i) =>
    message({ id: 100 + i, n: 100 + i, client_msg_id: `l${i}` }),
  )
  const lines = (readN: number) =>
    layOut(messages, [], 1, readN).flatMap((day) => day.rows.filter((row) => row.isFirstNew))
  expect(lines(50)).toEqual([])
  expect(lines(98)).toEqual([])
  expect(lines(99).map((row) => row.message?.n)).toEqual([100])
  expect(lines(102).map((row) => row.message?.n)).toEqual([103])
  expect(lines(104)).toEqual([])
})

test('a_message_with_attachments_is_a_kind_of_its_own_until_it_is_deleted', () => {
  const contents = (changes: Partial<Message>) =>
    layOut([said(2, NOON, { attachments: [picture()], ...changes })], [], 1, null)[0]?.rows[0]?.content
  expect(contents({ body: 'The garden' })).toMatchObject({ kind: 'attached', text: 'The garden' })
  expect(contents({ body: '' })).toMatchObject({ kind: 'attached', text: '' })
  expect(contents({ body: '', deleted: true })).toEqual({ kind: 'deleted' })
  expect(contents({ attachments: undefined, body: 'words' })).toEqual({ kind: 'text', text: 'words' })
})

test('a_reply_that_is_not_sent_yet_shows_what_it_replies_to', () => {
  const asked = said(2, NOON, { body: 'when?' })
  const [day] = layOut([asked], [{ ...waiting(NOON + 1, 'at noon'), reply_to: asked.id }], 1, null)
  expect(day?.rows.at(-1)?.quote).toMatchObject({ message: asked.id, author: 2, text: 'when?' })
  const [other] = layOut([asked], [{ ...waiting(NOON + 1, 'at noon'), reply_to: 99_999 }], 1, null)
  expect(other?.rows.at(-1)?.quote).toBeUndefined()
})
