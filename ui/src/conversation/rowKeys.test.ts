import { expect, test } from 'vitest'
import { message } from '../core/testing/box'
import { leadsTo } from './leadsTo'
import { lastKey, rowWith, tabStop } from './rowKeys'
import { layOut } from './rows'

const NOON = new Date(2026, 10, 20, 12).getTime()
const DAY = 24 * 60 * 60_000

const days = layOut(
  [1, 2, 3].map((n) => message({ id: n, n, author: 2, client_msg_id: `id-${n}`, sent_at: NOON + n * DAY })),
  [],
  1,
  null,
)

test('a_row_is_found_by_its_key_on_whichever_day', () => {
  expect(days).toHaveLength(3)
  expect(rowWith(days, '2:id-2')?.message?.n).toBe(2)
  expect(rowWith(days, '1:id-2')).toBeNull()
  expect(rowWith(days, undefined)).toBeNull()
  expect(rowWith(days, null)).toBeNull()
})

test('tab_reaches_the_row_last_visited_while_it_is_there_else_the_newest', () => {
  expect(tabStop(days, '2:id-1')).toBe('2:id-1')
  expect(tabStop(days, '2:gone')).toBe('2:id-3')
  expect(tabStop(days, null)).toBe('2:id-3')
  expect(tabStop([], '2:id-1')).toBeNull()
  expect(lastKey([])).toBeNull()
})

test('arrow_keys_lead_to_the_next_row_and_home_and_end_to_the_outermost', () => {
  expect(leadsTo('ArrowUp', 3, 5)).toBe(2)
  expect(leadsTo('ArrowDown', 3, 5)).toBe(4)
  expect(leadsTo('Home', 3, 5)).toBe(0)
  expect(leadsTo('End', 3, 5)).toBe(4)
})

test('arrow_keys_do_not_go_round', () => {
  const rows = ['a', 'b']
  expect(rows[leadsTo('ArrowUp', 0, rows.length)!]).toBeUndefined()
  expect(rows[leadsTo('ArrowDown', 1, rows.length)!]).toBeUndefined()
})

test('other_keys_lead_nowhere', () => {
  for (const key of ['Enter', 'Delete', 'a', 'PageUp', 'Tab']) expect(leadsTo(key, 1, 3)).toBeNull()
})
