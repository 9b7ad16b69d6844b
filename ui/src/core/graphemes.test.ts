import { expect, test, vi } from 'vitest'
import { avatarLetter } from '../parts/avatar'
import { graphemes } from './graphemes'
import { preview } from './preview'

let made = 0
class CountedSegmenter extends Intl.Segmenter {
  constructor(...how: ConstructorParameters<typeof Intl.Segmenter>) {
    super(...how)
    made++
  }
}
vi.spyOn(Intl, 'Segmenter', 'get').mockReturnValue(CountedSegmenter)

test('names_and_texts_of_plain_letters_need_no_segmenter', () => {
  for (const name of ['Ada', 'Zoë 🚀', '王小明', 'Вера', 'שרה', 'محمد', '김', 'さくら']) avatarLetter(name)
  preview(`“Über – alles”, 好的！${'…\n'.repeat(200)}`)
  expect(made).toBe(0)
})

test('it_is_made_once_for_whatever_needs_it', () => {
  expect([...graphemes('e\u0301👩‍🚀🇨🇳')]).toEqual(['e\u0301', '👩‍🚀', '🇨🇳'])
  expect(avatarLetter('A\u0308da')).toBe('A\u0308')
  expect(made).toBe(1)
})

test('what_needs_none_is_what_it_would_have_made_of_it', () => {
  const OLD_SCRIPTS = /[\u0d4e\ua960-\ua97c\ud7b0-\ud7fb]/
  const texts: string[] = []
  for (const [from, to] of [
    [0x01, 0xd7ff],
    [0xf900, 0xffff],
    [0x1f000, 0x1ffff],
  ] as const)
    for (let code = from; code <= to; code++) {
      const char = String.fromCodePoint(code)
      if (!OLD_SCRIPTS.test(char) && [...graphemes(`${char}${char}`)].length === 2)
        texts.push(`a${char}${char}가`)
    }
  expect(texts.length).toBeGreaterThan(59_000)
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  // In stretches: a segmenter goes slowly through a long text.
  for (let from = 0; from < texts.length; from += 100) {
    const apart = Array.from(
      segmenter.segment(texts.slice(from, from + 100).join('')),
      ({ segment }) => segment,
    )
    expect(apart.filter((segment) => [...segment].length > 1)).toEqual([])
  }
})
