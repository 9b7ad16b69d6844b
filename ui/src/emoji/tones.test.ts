import { expect, test } from 'vitest'
import { bare, type Tone, toned } from './tones'

test.each([
  ['👍', 5, '👍🏿'],
  ['👋', 0, '👋'],
  ['☝️', 3, '☝🏽'],
  ['🕵️‍♀️', 1, '🕵🏻‍♀️'],
  ['👩‍🚀', 2, '👩🏼‍🚀'],
  ['🏃‍♀️‍➡️', 4, '🏃🏾‍♀️‍➡️'],
  ['🧑‍🤝‍🧑', 4, '🧑🏾‍🤝‍🧑🏾'],
  ['👩‍❤️‍💋‍👨', 1, '👩🏻‍❤️‍💋‍👨🏻'],
] as const)('%s in tone %i is %s', (emoji, tone, whole) => {
  expect(toned(emoji, tone as Tone)).toBe(whole)
  expect(bare(whole)).toBe(bare(emoji))
})
