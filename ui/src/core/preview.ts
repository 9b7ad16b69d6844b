import { PREVIEW_CHARS_MAX } from '../limits'
import { graphemes } from './graphemes'

/** The beginning of a body, cut between characters as they are drawn. */
export function preview(body: string, charsMax = PREVIEW_CHARS_MAX): string {
  if (body.length <= charsMax) return body
  let chars = 0
  let end = 0
  for (const grapheme of graphemes(body.slice(0, charsMax * 4))) {
    chars += [...grapheme].length
    if (chars > charsMax) break
    end += grapheme.length
  }
  return end > 0 ? body.slice(0, end) : [...body].slice(0, charsMax).join('')
}
