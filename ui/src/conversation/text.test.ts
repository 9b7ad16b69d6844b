import { expect, test } from 'vitest'
import { isFewEmoji, mayHoldLink } from './text'

test('most_messages_are_not_searched_for_links', () => {
  expect(mayHoldLink('Good morning, everyone. How are you?')).toBe(false)
})

test.each(['👋', '🎉🎉', '👩‍🚀 🇨🇳 ❤️', '1️⃣'])('%s is shown large', (text) => {
  expect(isFewEmoji(text)).toBe(true)
})

test.each(['', '1', 'a👋', '🎉🎉🎉🎉', '©', '👋 hello'])('%s is not', (text) => {
  expect(isFewEmoji(text)).toBe(false)
})
