import { describe, expect, test } from 'vitest'
import { beginningEnd } from './beginning'
import { isPlain } from './text'

const isLong = (text: string) => beginningEnd(text) < text.length
const beginning = (text: string) => text.slice(0, beginningEnd(text))

test('a_message_is_long_by_its_lines', () => {
  const lines = (count: number) => Array.from({ length: count }, (_, at) => `line ${at + 1}`).join('\n')
  expect(isLong(lines(12))).toBe(false)
  expect(beginning(lines(13))).toBe(lines(10))
  expect(isLong('\n'.repeat(8_000))).toBe(true)
})

test('a_message_is_long_by_its_characters', () => {
  expect(isLong('x'.repeat(900))).toBe(false)
  expect(isLong('x'.repeat(1_000))).toBe(true)
  expect(isLong(`${'word '.repeat(100)}\n`.repeat(2))).toBe(true)
})

test('wide_characters_count_twice', () => {
  expect(isLong('树'.repeat(440))).toBe(false)
  expect(isLong('树'.repeat(470))).toBe(true)
  expect(isLong('한'.repeat(470))).toBe(true)
  expect(isLong('。'.repeat(470))).toBe(true)
  expect(isLong('😀'.repeat(470))).toBe(true)
  expect(isLong('ж'.repeat(470))).toBe(false)
})

test('lines_that_wrap_count_as_many_as_they_take', () => {
  expect(isLong(`${'x'.repeat(300)}\n`.repeat(2).trim())).toBe(false)
  expect(isLong(`${'x'.repeat(300)}\n`.repeat(4).trim())).toBe(true)
})

test('what_is_hidden_is_worth_a_press', () => {
  for (let length = 850; length < 1_100; length++) {
    const text = 'x'.repeat(length)
    if (isLong(text)) expect(length - beginning(text).length).toBeGreaterThan(100)
  }
})

test('the_beginning_ends_with_a_word', () => {
  expect(beginning('word '.repeat(300))).toMatch(/^(?:word )+word$/)
  expect(beginning(`${'x'.repeat(2_000)}`)).toMatch(/^x{700,}$/)
})

describe('it_ends_with_a_whole_character', () => {
  test.each(['😀', '👩‍🚀', '👍🏽', 'e\u0301', '❤️', '𠮷', 'กำ'])('%s', (character) => {
    for (let lead = 0; lead < 12; lead++) {
      const text = 'x'.repeat(lead) + character.repeat(700)
      const shown = beginning(text).slice(lead)
      expect(shown).toBe(character.repeat(shown.length / character.length))
      expect(shown.length).toBeGreaterThan(100)
    }
  })

  test('but_a_tower_of_marks_is_cut_somewhere', () => {
    const text = `e${'\u0301'.repeat(5_000)}`
    expect(isLong(text)).toBe(true)
    expect(beginning(text).isWellFormed()).toBe(true)
  })
})

test('no_long_message_passes_for_a_plain_one', () => {
  let seed = 5
  const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below
  for (let round = 0; round < 2_000; round++) {
    const text = Array.from(
      { length: next(60) },
      () => ['\n', 'word ', '树'.repeat(next(20)), 'x'][next(4)],
    ).join('')
    if (isLong(text)) expect(isPlain(text), JSON.stringify(text)).toBe(false)
  }
})
