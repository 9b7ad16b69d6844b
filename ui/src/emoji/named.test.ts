import { expect, test } from 'vitest'
import { emojiNamedAt, isMeant } from './named'

const named = (text: string) => emojiNamedAt(text, text.length)

test.each([
  [':s', 0, 's'],
  [':smi', 0, 'smi'],
  ['well :heart_eyes', 5, 'heart_eyes'],
  ['(:t-rex', 1, 't-rex'],
  ['“:joy', 1, 'joy'],
  ['你好，:笑', 3, '笑'],
  ['🎉:ta', 2, 'ta'],
  ['👍🏽:ta', 4, 'ta'],
  ['❤️:ta', 2, 'ta'],
  ['a\n:é', 2, 'é'],
])('%s names an emoji', (text, from, typed) => {
  expect(named(text)).toEqual({ from, typed })
})

test.each([
  '',
  ':',
  ': ',
  ':)',
  ':-)',
  ':-D',
  ':/',
  ':3',
  '::s',
  'http:',
  'http://x',
  'see http:a',
  '12:30',
  'a:b',
  '时间:明天',
  '他说：笑',
  ':smile:',
  ':smile then',
  `:${'a'.repeat(60)}`,
])('%s names none', (text) => {
  expect(named(text)).toBeNull()
})

test('only_what_stands_before_the_caret_counts', () => {
  expect(emojiNamedAt('a :smile b', 5)).toEqual({ from: 2, typed: 'sm' })
  expect(emojiNamedAt('a :smile b', 2)).toBeNull()
})

test('a_face_of_signs_is_one_already', () => {
  for (const typed of ['D', 'p', 'P', 'x', 'o']) expect(isMeant(typed)).toBe(false)
  for (const typed of ['笑', 'sm', 'dd', 'é']) expect(isMeant(typed)).toBe(true)
})
