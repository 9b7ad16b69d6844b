import { expect, test } from 'vitest'
import { toJson, wellFormed } from './wellFormed'

const HIGH = '\ud83d'
const LOW = '\ude00'

test('halves_of_characters_are_replaced_and_whole_ones_are_not', () => {
  expect(wellFormed(`a${HIGH}b${LOW}c`)).toBe('a\ufffdb\ufffdc')
  expect(wellFormed(LOW + HIGH)).toBe('\ufffd\ufffd')
  expect(wellFormed(HIGH + HIGH + LOW)).toBe(`\ufffd${HIGH}${LOW}`)
  const whole = '😀 👨🏽\u200d👩🏽 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} می\u200cنا \ufffe'
  expect(wellFormed(whole)).toBe(whole)
})

test('json_never_holds_half_a_character_however_deep', () => {
  const json = toJson({ name: HIGH, members: [1, `x${LOW}`, null], inner: { body: '😀' } })
  expect(json).not.toMatch(/\\u/i)
  expect(JSON.parse(json)).toEqual({ name: '\ufffd', members: [1, 'x\ufffd', null], inner: { body: '😀' } })
})
