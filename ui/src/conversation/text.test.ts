import { expect, test } from 'vitest'
import { partsOf } from './links'
import { isFewEmoji, mayHoldLink } from './text'

const links = (text: string) => partsOf(text).filter((part) => part.href !== null)
const joined = (text: string) =>
  partsOf(text)
    .map((part) => part.text)
    .join('')

test.each([
  ['see https://example.com/lake_(big).', 'https://example.com/lake_(big)', 'https://example.com/lake_(big)'],
  ['at porch.local/r/4, today', 'porch.local/r/4', 'http://porch.local/r/4'],
  ['看 https://example.com/页面。好', 'https://example.com/页面', 'https://example.com/%E9%A1%B5%E9%9D%A2'],
  ['mailto:ada@example.com', 'mailto:ada@example.com', 'mailto:ada@example.com'],
])('%s holds a link', (text, shown, href) => {
  expect(mayHoldLink(text)).toBe(true)
  const [link] = links(text)
  expect(link?.text).toBe(shown)
  expect(decodeURI(link?.href ?? '')).toBe(decodeURI(href))
  expect(joined(text)).toBe(text)
})

test.each([
  'nothing. to see',
  'javascript:alert(1)',
  'data:text/html,x',
  'ftp://example.com/x',
  '//example.com/x',
  'version 1.2.3',
  'ada@example.com',
  'file:///etc/passwd',
])('%s holds no link', (text) => {
  expect(links(text)).toEqual([])
  expect(joined(text)).toBe(text)
})

test('most_messages_are_not_searched_for_links', () => {
  expect(mayHoldLink('Good morning, everyone. How are you?')).toBe(false)
})

test.each(['👋', '🎉🎉', '👩‍🚀 🇨🇳 ❤️', '1️⃣'])('%s is shown large', (text) => {
  expect(isFewEmoji(text)).toBe(true)
})

test.each(['', '1', 'a👋', '🎉🎉🎉🎉', '©', '👋 hello'])('%s is not', (text) => {
  expect(isFewEmoji(text)).toBe(false)
})
