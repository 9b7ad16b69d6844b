import lines from 'virtual:emoji'
import { expect, test } from 'vitest'
import { searchEmoji } from './search'
import { readSet } from './set'

const set = readSet(lines, 15.1)
const found = (typed: string, language: 'en' | 'zh' = 'en') =>
  searchEmoji(set, typed, language).map(({ emoji }) => emoji)

test.each([
  ['tada', '🎉'],
  ['joy', '😂'],
  ['+1', '👍'],
  ['heart', '❤️'],
  ['fire', '🔥'],
  ['Red Heart', '❤️'],
  ['heart_eyes', '😍'],
  ['t-rex', '🦖'],
  ['cote divoire', '🇨🇮'],
  ['piñata', '🪅'],
  ['🎉', '🎉'],
  ['👍🏽', '👍'],
  ['大笑', '😄'],
  ['红心', '❤️'],
  ['中国', '🇨🇳'],
])('%s finds %s', (typed, emoji) => {
  expect(found(typed)).toContain(emoji)
})

test.each([
  ['tada', '🎉'],
  ['joy', '😂'],
  ['+1', '👍'],
  ['heart', '❤️'],
  ['fire', '🔥'],
  ['grinning face', '😀'],
  ['大笑', '😄'],
])('%s finds %s first', (typed, emoji) => {
  expect(found(typed)[0]).toBe(emoji)
})

test('one_letter_or_character_is_enough', () => {
  expect(found('s').length).toBeGreaterThan(200)
  expect(found('笑').length).toBeGreaterThan(10)
  expect(found('笑')).toContain('😄')
})

test('labels_come_before_other_words', () => {
  const rocket = found('rocket')
  expect(rocket[0]).toBe('🚀')
  const cats = found('cat')
  expect(cats.indexOf('🐱')).toBeLessThan(cats.indexOf('🦁') === -1 ? Infinity : cats.indexOf('🦁'))
})

test('words_are_found_by_how_they_begin_only', () => {
  expect(found('ocket')).not.toContain('🚀')
  expect(found('rock')).toContain('🚀')
})

test('each_word_counts', () => {
  expect(found('white flower')).not.toContain('🌹')
  expect(found('flag china')).toContain('🇨🇳')
})

test('a_chinese_page_finds_by_pinyin_too', () => {
  expect(found('daxiao', 'zh')).toContain('😄')
  expect(found('daxiao')).toEqual([])
})

test('nothing_is_found_by_nothing', () => {
  for (const typed of ['', '  ', '_', '!?', 'qqqq', '龘']) expect(found(typed)).toEqual([])
})
