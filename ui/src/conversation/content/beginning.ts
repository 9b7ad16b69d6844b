/**
 * Where the beginning of a long message ends. Counted in the text and not measured: that would lay out each row twice.
 * Pure.
 */
import { graphemes } from '../../core/graphemes'

/** A longer message is shown by its beginning. */
const LINES_MAX = 12
/** The beginning is shorter, so that a press on "Show all" is worth it. */
const LINES_SHOWN = 10
/** Narrow characters in a line, as a wide screen shows them: 12 lines are 900, or 450 of Chinese. */
const LINE_COLUMNS = 75
/** A longer word is cut. */
const WORD_MAX = 40
/** From here on letters are twice as wide: Chinese, Japanese, Korean. */
const WIDE_FROM = 0x2e80

/** The text's length when it is not long. */
export function beginningEnd(text: string): number {
  if (linesEnd(text, LINES_MAX) === text.length) return text.length
  const end = linesEnd(text, LINES_SHOWN)
  if (text[end] === '\n') return end
  const space = text.slice(end - WORD_MAX, end + 1).search(/\s\S*$/)
  return space < 0 ? wholeCharacters(text, end) : end - WORD_MAX + space
}

/** Where the last character that ends before `end` does. */
function wholeCharacters(text: string, end: number): number {
  let at = 0
  for (const { length } of graphemes(text.slice(0, end + WORD_MAX))) {
    if (at + length > end) break
    at += length
  }
  return at > 0 ? at : end
}

/** Where so many lines end; the text's length when there are no more. */
function linesEnd(text: string, lines: number): number {
  let columns = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    columns += isWide(unit) ? 2 : 1
    if (unit === 10 || columns > LINE_COLUMNS) {
      if (--lines === 0) return at
      columns = isWide(unit) ? 2 : Number(unit !== 10)
    }
  }
  return text.length
}

/** The halves of an astral character count one each: most are emoji, which are wide. */
function isWide(unit: number): boolean {
  return unit >= WIDE_FROM && (unit < 0xd800 || unit >= 0xf900)
}
