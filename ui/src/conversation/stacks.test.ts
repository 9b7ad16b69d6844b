import { expect, test } from 'vitest'
import { lowStacks } from './stacks'

test('a_stack_of_marks_is_drawn_as_high_as_in_a_name', () => {
  const marks = (count: number) => '\u0301\u0338'.repeat(count / 2)
  expect(lowStacks(`Z${marks(8)}a`)).toBe(`Z${marks(8)}a`)
  expect(lowStacks(`Z${marks(10)}a${marks(400)}`)).toBe(`Z${marks(8)}a${marks(8)}`)
  expect(lowStacks(marks(100))).toBe(marks(8))
})

test.each(['ཧྐྵྨླྺྼྻྂ', 'בְּרֵאשִׁ֖ית', 'Tiếng Việt', 'क्ष्म्य', 'สวัสดีที่นี่', 'مُحَمَّدٌ', '👩🏽‍🚀 ❤️ 1️⃣', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'])(
  '%s_is_drawn_as_it_is',
  (text) => {
    expect(lowStacks(text)).toBe(text)
  },
)
