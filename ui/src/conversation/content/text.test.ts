import { expect, test } from 'vitest'
import { isFewEmoji, isPlain } from './text'

test('most_messages_are_plain', () => {
  expect(isPlain('Good morning, everyone. How are you?\nFine: thanks…')).toBe(true)
  expect(isPlain('明天去爬山。今晚我做饭')).toBe(true)
  expect(isPlain('2 * 3 - 1 > 4… 好的~\n-5 *\n1.')).toBe(true)
  for (const text of [
    'see `ls`',
    'a\n'.repeat(6),
    'x'.repeat(226),
    'nas:5000',
    '*a*',
    'a\n- b',
    '> a',
    '1. a',
  ])
    expect(isPlain(text)).toBe(false)
})

const ENGLAND = '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}'

test.each([
  '👋',
  '🎉🎉',
  '👩‍🚀 🇨🇳 ❤️',
  '1️⃣',
  `👨🏽‍👩🏽‍👧🏽‍👦🏽👍🏿${ENGLAND}`,
  '☺',
  '❤ ✈',
  '❤\u200d🔥',
  '☝🏽',
  ' 👋\n',
  '👍🏿',
  '🧑🏾‍🤝‍🧑🏾',
  '👩🏼‍❤️‍💋‍👨🏼 👨‍👩‍👧‍👦 🧑🏽‍🚀',
  '🕵🏽‍♀️ 🏃🏾‍♀️‍➡️',
  '🇩🇪🇪🇺 🏴‍☠️',
  '#️⃣ *️⃣ 0️⃣',
  '🐦‍🔥',
])('%s is shown large', (text) => {
  expect(isFewEmoji(text)).toBe(true)
})

test.each([
  '',
  ' ',
  '1',
  '12',
  '#',
  'a👋',
  '🎉🎉🎉🎉',
  '©',
  '™',
  '👋 hello',
  '☺\ufe0e',
  '🇨',
  '\u200d',
  '★',
  '树',
  '\ufe0f',
])('%s is not', (text) => {
  expect(isFewEmoji(text)).toBe(false)
})

test('every_emoji_of_one_code_point_is_shown_large', () => {
  const listed = /^(?![©®™🏻🏼🏽🏾🏿])\p{RGI_Emoji}$/v
  let count = 0
  for (let code = 0xa9; code < 0x20_000; code++) {
    const emoji = String.fromCodePoint(code)
    for (const written of [emoji, `${emoji}\ufe0f`]) {
      if (!listed.test(written)) continue
      count++
      expect(isFewEmoji(written), written).toBe(true)
    }
  }
  expect(count).toBeGreaterThan(1_300)
})

test('the_list_of_all_emoji_is_made_nowhere', () => {
  const sources = import.meta.glob(['../../**/*.ts', '../../**/*.svelte', '!../../**/*.test.ts'], {
    query: '?raw',
    import: 'default',
    eager: true,
  })
  expect(Object.keys(sources).length).toBeGreaterThan(100)
  for (const [file, source] of Object.entries(sources))
    expect(String(source).replaceAll(/\/\*.*?\*\//gs, ''), file).not.toContain('RGI_Emoji')
})
