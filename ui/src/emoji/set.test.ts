import { readFileSync } from 'node:fs'
import lines from 'virtual:emoji'
import { expect, test } from 'vitest'
import { isFewEmoji } from '../conversation/content/text'
import { GROUPS, readSet } from './set'
import { TONES, toned } from './tones'

const NEWEST = 15.1
const set = readSet(lines, NEWEST)

type Skin = { readonly emoji: string; readonly tone: number | number[] }
type Told = { readonly hexcode: string; readonly emoji: string; readonly skins?: readonly Skin[] }

const told: Told[] = JSON.parse(
  readFileSync(`${import.meta.dirname}/../../node_modules/emojibase-data/en/data.json`, 'utf8'),
)

test('all_groups_have_their_emoji', () => {
  expect([...set.groups.keys()]).toEqual([...GROUPS])
  expect(set.all.length).toBeGreaterThan(1_850)
  expect(set.known.size).toBe(set.all.length)
  expect(set.groups.get('smileys')?.[0]?.emoji).toBe('😀')
  expect(set.groups.get('flags')?.some(({ emoji }) => emoji === '🇨🇳')).toBe(true)
})

test('each_has_its_words_in_both_languages', () => {
  for (const { emoji, en, zh } of set.all) {
    expect(en, emoji).not.toBe('')
    expect(zh, emoji).not.toBe('')
  }
  const chinese = set.all.filter(({ zh }) => /\p{Script=Han}/u.test(zh))
  expect(set.all.length - chinese.length).toBeLessThan(10)
})

test('what_a_device_does_not_draw_is_left_out', () => {
  const has = (newest: number, emoji: string) => readSet(lines, newest).all.some((one) => one.emoji === emoji)
  expect([has(15.1, '🐦‍🔥'), has(15, '🐦‍🔥'), has(15, '🫨'), has(14, '🫨'), has(12, '🥱')]).toEqual([
    true,
    false,
    true,
    false,
    true,
  ])
  // Of 2024 and later: most systems show a box.
  expect(has(99, '🫩')).toBe(false)
})

test('tones_are_those_that_unicode_lists', () => {
  const of = new Map(told.map((one) => [one.emoji.replaceAll('\ufe0f', ''), one]))
  let count = 0
  for (const { emoji, takesTone } of set.all) {
    const skins = of.get(emoji.replaceAll('\ufe0f', ''))?.skins ?? []
    expect(takesTone, emoji).toBe(skins.length > 0)
    for (const tone of TONES.slice(takesTone ? 1 : TONES.length)) {
      const listed = skins.find(({ tone: has }) => [has].flat().every((one) => one === tone))
      expect(toned(emoji, tone)).toBe(listed?.emoji)
      count += 1
    }
  }
  expect(count).toBeGreaterThan(1_600)
})

test('whatever_is_picked_is_shown_large_when_alone', () => {
  // Signs of a text, which stay as large as it: by themselves they say "all rights", not a feeling.
  const signs = /[©®™]/
  for (const { emoji, takesTone } of set.all)
    for (const tone of takesTone ? TONES : ([0] as const)) {
      const whole = toned(emoji, tone)
      expect(isFewEmoji(whole), whole).toBe(!signs.test(emoji))
      expect(isFewEmoji(`${whole} ${whole} ${whole}`), whole).toBe(!signs.test(emoji))
    }
})
