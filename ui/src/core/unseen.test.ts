import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { isUnseen } from './unseen'

/** The box's test reads the same file. */
const ranges: [number, number][] = JSON.parse(
  readFileSync(new URL('../../../tests/unseen.json', import.meta.url), 'utf8'),
)

test('the_table_of_what_nobody_sees_is_the_boxes', () => {
  const listed = new Set<number>()
  for (const [first, last] of ranges) for (let code = first; code <= last; code++) listed.add(code)
  const other: string[] = []
  for (let code = 0; code <= 0x10ffff; code++) {
    const isSurrogate = code >= 0xd800 && code <= 0xdfff
    if (!isSurrogate && isUnseen(String.fromCodePoint(code)) !== listed.has(code))
      other.push(code.toString(16))
  }
  expect(other).toEqual([])
})

test('one_character_that_is_seen_is_enough', () => {
  expect(isUnseen('\u200b \u3164\u{e0067}')).toBe(true)
  expect(isUnseen('\u200b.\u3164')).toBe(false)
  expect(isUnseen('🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}')).toBe(false)
})
