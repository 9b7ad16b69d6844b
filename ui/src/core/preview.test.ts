import { expect, test } from 'vitest'
import { preview } from './preview'

const ENGLAND = '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}'

test('a_short_body_is_its_own_preview', () => {
  expect(preview('Hello porch')).toBe('Hello porch')
  expect(preview('x'.repeat(120))).toHaveLength(120)
})

test.each([ENGLAND, '👨🏽\u200d👩🏽\u200d👧🏽\u200d👦🏽', '👍🏿', '1\ufe0f\u20e3', '🇨🇳', 'e\u0301', '😀'])(
  '%s_is_shown_whole_or_not_at_all',
  (whole) => {
    const chars = [...whole].length
    for (let cut = 1; cut < chars; cut++) {
      expect(preview(`${'x'.repeat(120 - cut)}${whole}!`)).toBe('x'.repeat(120 - cut))
    }
    expect(preview(`${'x'.repeat(120 - chars)}${whole}!`)).toBe(`${'x'.repeat(120 - chars)}${whole}`)
  },
)

test('what_never_ends_is_cut_all_the_same', () => {
  expect([...preview(`e${'\u0301'.repeat(500)}`)]).toHaveLength(120)
})
