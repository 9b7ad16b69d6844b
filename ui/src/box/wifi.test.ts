import { expect, test } from 'vitest'
import { isWifiKey, isWifiName } from './wifi'

test('a_name_is_measured_in_bytes', () => {
  expect(isWifiName('a'.repeat(32))).toBe(true)
  expect(isWifiName('a'.repeat(33))).toBe(false)
  expect(isWifiName('读'.repeat(10))).toBe(true)
  expect(isWifiName('读'.repeat(11))).toBe(false)
})

test('a_key_is_none_or_8_to_63_characters_or_64_hexadecimal_digits', () => {
  for (const key of ['', 'a'.repeat(8), 'x'.repeat(63), '09afAF00'.repeat(8)])
    expect(isWifiKey(key)).toBe(true)
  for (const key of ['a'.repeat(7), 'x'.repeat(64), 'a'.repeat(65)]) expect(isWifiKey(key)).toBe(false)
})
