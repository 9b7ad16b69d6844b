import { expect, test } from 'vitest'
import { faultOf } from './uploadFault'

test('the_box_says_what_is_wrong_and_when_to_try_again', () => {
  const body = JSON.stringify({ error: { code: 'busy', message: 'Later.', retry_ms: 700 } })
  expect(faultOf(503, body)).toEqual({ code: 'busy', retryMs: 700 })
  expect(faultOf(507, JSON.stringify({ error: { code: 'disk_full', message: '' } }))).toMatchObject({
    code: 'disk_full',
  })
})

test('where_it_has_no_words_the_status_says_it', () => {
  const codes = [0, 401, 404, 409, 429, 502, 503].map((status) => faultOf(status, '').code)
  expect(codes).toEqual([
    'unreachable',
    'not_signed_in',
    'not_found',
    'upload_offset',
    'slow_down',
    'unreachable',
    'busy',
  ])
})

test('words_that_are_not_the_boxs_are_not_believed', () => {
  for (const body of ['<html>', 'null', '{}', '[]'])
    expect(faultOf(500, body)).toEqual({ code: 'unexpected' })
})
