import { expect, test } from 'vitest'
import { asDrawn, isolated } from './stacks'

test('a_stack_of_marks_is_drawn_as_high_as_in_a_name', () => {
  const marks = (count: number) => '\u0301\u0338'.repeat(count / 2)
  expect(asDrawn(`Z${marks(8)}a`)).toBe(`Z${marks(8)}a`)
  expect(asDrawn(`Z${marks(10)}a${marks(400)}`)).toBe(`Z${marks(8)}a${marks(8)}`)
  expect(asDrawn(marks(100))).toBe(marks(8))
})

test.each(['ཧྐྵྨླྺྼྻྂ', 'בְּרֵאשִׁ֖ית', 'Tiếng Việt', 'क्ष्म्य', 'สวัสดีที่นี่', 'مُحَمَّدٌ', '👩🏽‍🚀 ❤️ 1️⃣', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'])(
  '%s_is_drawn_as_it_is',
  (text) => {
    expect(asDrawn(text)).toBe(text)
  },
)

test('an_override_of_the_direction_is_drawn_as_an_embedding', () => {
  expect(asDrawn('\u202elive\u202c \u202dok\u202c')).toBe('\u202blive\u202c \u202aok\u202c')
})

test('what_mixed_scripts_need_is_drawn_as_it_is', () => {
  for (const text of ['\u202bשלום, Ada\u202c', '\u2067سلام\u2069 x', 'a\u200fb', '\u061c1'])
    expect(asDrawn(text)).toBe(text)
})

test('a_face_or_heart_is_drawn_in_colour_and_other_signs_as_they_were_typed', () => {
  expect(asDrawn('Danke ☺ ❤\u200d🔥')).toBe('Danke ☺\ufe0f ❤\ufe0f\u200d🔥')
  for (const text of ['☺\ufe0f', '☺\ufe0e', '✔ done ↔ ★ ♥', '☀']) expect(asDrawn(text)).toBe(text)
})

test('a_name_that_runs_the_other_way_keeps_to_itself', () => {
  expect(isolated('שרה')).toBe('\u2068שרה\u2069')
})
