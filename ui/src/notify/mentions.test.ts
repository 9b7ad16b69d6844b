import { expect, test } from 'vitest'
import { mentions } from './mentions'

const table: readonly [name: string, body: string, isNamed: boolean][] = [
  ['Ada', 'Ada', true],
  ['Ada', 'ask ada, please', true],
  ['Ada', 'ADA!', true],
  ['Ada', 'ＡＤＡ，来一下', true],
  ['Ada', '@ada', true],
  ['Ada', 'hey @Ada: look', true],
  ['Ada', '(Ada)', true],
  ['Ada', 'Ada’s cup', true],
  ['Ada', '', false],
  ['Ada', 'Adam and Canada', false],
  ['Al', 'Also', false],
  ['Al', 'final', false],
  ['Al', 'also Al', true],
  ['Al', 'Al2', false],
  ['Al', 'al_x', false],
  ['Ada', 'mail ada@box.lan', false],
  ['Ada', 'mail box@ada', false],
  ['Ada', 'mail bob@ada.lan', false],
  ['Ada', 'who@ is it, Ada@ home?', true],
  // Case and accents as in a search.
  ['Zoë', 'zoe?', true],
  ['Łukasz', 'lukasz', true],
  ['Strauß', 'STRAUSS', true],
  ['İpek', 'ipek', true],
  ["O'Brien", 'Is O’Brien here', true],
  // Names of several words.
  ['Ada Lovelace', 'Ada   Lovelace said', true],
  ['Ada Lovelace', 'Ada\nLovelace', true],
  ['Ada Lovelace', 'Ada said', false],
  ['Ada Lovelace', '@Ada said', true],
  ['Ada Lovelace', '@Adam said', false],
  // Chinese, with and without Latin letters beside it.
  ['李雷', '请李雷来一下', true],
  ['李雷', '@李雷 你好', true],
  ['李雷', '李 雷', false],
  ['Ada', '请Ada来一下', true],
  ['Ada', '请Adam来一下', false],
  ['王', '国王来了', false],
  ['王', '@王 来', true],
  ['王', '请@王来', true],
  ['さくら', 'さくらさん、おはよう', true],
  ['สมชาย', 'สวัสดีสมชายครับ', true],
  // Korean particles; and no name in the middle of a word.
  ['지수', '지수야 어디야', true],
  ['지수', '김지수', false],
  ['아이', '사아이', false],
  // Other scripts with spaces.
  ['Аня', 'привет, аня!', true],
  ['Аня', 'Таня', false],
  ['أحمد', 'مرحبا احمد', true],
  ['דוד', 'שלום דָּוִד', true],
  // One letter.
  ['A', 'a cup of tea', false],
  ['A', '@a look', true],
  ['A', '@ada look', false],
  ['𝒜', 'a dog', false],
  ['😀', 'so 😀', false],
  ['😀', '@😀', true],
  ['B2', 'room b2 is open', true],
  ['_x_', 'call _x_ now', true],
]

test.each(table)('%s in “%s”: %s', (name, body, isNamed) => {
  expect(mentions(body, name)).toBe(isNamed)
})

test('a_text_of_the_longest_that_is_all_beginnings_is_looked_through_at_once', () => {
  expect(mentions('a'.repeat(8_000), 'a'.repeat(60))).toBe(false)
  expect(mentions(`${'@'.repeat(8_000)}Ada`, 'Ada')).toBe(true)
})
