import { expect, test } from 'vitest'
import { skewOf } from './skew'

const NOW = 1_790_000_000_000

test('a_clock_two_minutes_off_is_wrong_and_one_below_is_right', () => {
  expect(skewOf(NOW - 119_000, NOW, NOW)).toEqual({ is: 'right' })
  expect(skewOf(NOW - 120_000, NOW, NOW)).toEqual({ is: 'behind', seconds: 120 })
  expect(skewOf(NOW + 86_400_000, NOW, NOW)).toEqual({ is: 'ahead', seconds: 86_400 })
})

test('a_slow_answer_is_not_a_wrong_clock', () => {
  expect(skewOf(NOW + 100_000, NOW, NOW + 200_000)).toEqual({ is: 'right' })
})
