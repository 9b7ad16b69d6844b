import { PREVIEW_CHARS_MAX } from '../limits'

/** The beginning of a body, cut between characters as they are drawn: no letter without its marks, no half flag. */
export function preview(body: string, charsMax = PREVIEW_CHARS_MAX): string {
  if (body.length <= charsMax) return body
  let chars = 0
  let end = 0
  for (const segment of drawn(body, charsMax)) {
    chars += [...segment].length
    if (chars > charsMax) break
    end += segment.length
  }
  return end > 0 ? body.slice(0, end) : [...body].slice(0, charsMax).join('')
}

/** Made when it is needed first: that takes as long as many texts. */
let segmenter: Intl.Segmenter | undefined

/** Characters as they are drawn, of as much as may be needed; where the browser cannot tell, as they are coded. */
function* drawn(body: string, charsMax: number): Generator<string> {
  const enough = body.slice(0, charsMax * 4)
  if (!('Segmenter' in Intl)) return yield* enough
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  for (const { segment } of segmenter.segment(enough)) yield segment
}
