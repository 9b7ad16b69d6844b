import { expect, test } from 'vitest'
import { message } from '../core/testing/box'
import type { Row } from './rows'
import { standingOf } from './standing'

const row = (changes: Partial<Row> = {}): Row => ({
  key: '1:a',
  author: 1,
  mine: true,
  at: 0,
  content: { kind: 'text', text: '' },
  id: 'a',
  message: message(),
  pending: null,
  quote: undefined,
  head: false,
  tail: false,
  isFirstNew: false,
  ...changes,
})
const written = (n: number) => row({ message: message({ n }) })

test('a_message_is_sent_then_delivered_then_read', () => {
  const receipt = { delivered_n: 4, read_n: 2 }
  const standings = [1, 2, 3, 4, 5].map((n) => standingOf(written(n), receipt))
  expect(standings).toEqual(['read', 'read', 'delivered', 'delivered', 'sent'])
  expect(standingOf(written(1), undefined)).toBe('sent')
})

test('what_the_box_has_not_confirmed_waits_and_what_is_no_message_of_ones_own_has_no_standing', () => {
  const receipt = { delivered_n: 4, read_n: 4 }
  const pending = { client_msg_id: 'a', room: 1, body: '', written_at: 0, failed: null }
  expect(standingOf(row({ message: null, pending }), receipt)).toBe('waiting')
  expect(standingOf(row({ message: { ...message(), isQueued: true } }), receipt)).toBe('waiting')
  expect(standingOf(row({ message: null, pending: { ...pending, failed: 'body_long' } }), receipt)).toBeNull()
  expect(standingOf(row({ mine: false }), receipt)).toBeNull()
  expect(standingOf(row({ content: { kind: 'deleted' } }), receipt)).toBeNull()
})
