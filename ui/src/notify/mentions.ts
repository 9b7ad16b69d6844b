/** Whether a text names somebody. Pure. */
import { fold } from '../parts/fold'
import { calls, HANGUL, LETTER, letterAt, letterBefore, UNSPACED } from '../parts/wordEdges'

const SPACES = /\s+/g

/**
 * Whether `body` holds `name` as whole words, as a search compares them; `@` before it is welcome and not needed. A name of
 * one letter is named by `@` alone: letters stand everywhere. By `@` and its first word a longer name is named as well.
 */
export function mentions(body: string, name: string): boolean {
  if (name !== folded.name) folded = { name, whole: comparable(name) }
  const { whole } = folded
  const text = comparable(body)
  const [first = ''] = whole.split(' ')
  if (whole === '') return false
  const isShort = Array.from(whole).length === 1
  return holds(text, isShort ? `@${whole}` : whole) || (first !== whole && holds(text, `@${first}`))
}

/** The name that was asked for last: one's own, for message after message. */
let folded = { name: '', whole: '' }

function comparable(text: string): string {
  return fold(text).replaceAll('’', "'").replace(SPACES, ' ')
}

function holds(text: string, wanted: string): boolean {
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    if (begins(text, at) && ends(text, at + wanted.length)) return true
  }
  return false
}

function begins(text: string, at: number): boolean {
  const [before, first] = [letterBefore(text, at), letterAt(text, at)]
  // Of an address of mail (`ada@box`, `box@ada`) nobody is called; at the beginning of a word `@` calls.
  if (before === '@') return !LETTER.test(letterBefore(text, at - 1))
  if (first === '@') return calls(text, at)
  return parts(before, first)
}

function ends(text: string, at: number): boolean {
  const [last, after] = [letterBefore(text, at), letterAt(text, at)]
  if (after === '@') return !LETTER.test(letterAt(text, at + 1))
  // Korean hangs its particles on a name.
  return parts(last, after) || (HANGUL.test(last) && HANGUL.test(after))
}

/** Whether one word ends and another begins between these. */
function parts(one: string, other: string): boolean {
  return !LETTER.test(one) || !LETTER.test(other) || UNSPACED.test(one) || UNSPACED.test(other)
}
