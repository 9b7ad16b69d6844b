/** Texts in characters as they are drawn: no letter without its marks, no half flag. */

/**
 * What is drawn as one with its neighbours (UAX #29): marks, joiners, flags, skin tones, Thai and Lao am, pieces of Hangul,
 * the half-width marks of Kana. The few signs of old scripts that are not in here are cut as they are coded.
 */
const JOINING = /[\p{M}\p{Cf}\p{RI}\p{EMod}\r\u0e33\u0eb3\u1100-\u11ff\uff9e\uff9f]/u

/** Made when a text needs it: nothing else at the start of the page takes a browser as long. */
let segmenter: Intl.Segmenter | undefined

/** Where the browser cannot tell, characters are as they are coded. */
export function* graphemes(text: string): Generator<string> {
  if (!JOINING.test(text) || !('Segmenter' in Intl)) return yield* text
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  for (const { segment } of segmenter.segment(text)) yield segment
}
