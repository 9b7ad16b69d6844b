/** Whom a text calls, drawn as such: what it is in is told by the box, and found again here. Pure. */
import { calls, HANGUL, LETTER, letterAt, letterBefore, UNSPACED } from '../../parts/wordEdges'
import type { Mention } from '../../protocol'
import { isBranch, type Part, type Piece } from './formatting'

/** What belongs to the letter before it. */
const GOES_ON = /(?![\u20dd-\u20e0\u20e2-\u20e4\ufe00-\ufe0f])[\p{M}\u200c\u200d]/u

/** The same tree, its words taken apart where they call somebody. What is code or a link calls nobody to see. */
export function withMentions(text: string, parts: Part[], mentions: readonly Mention[]): Part[] {
  if (mentions.length === 0) return parts
  // Of two names of which one begins with the other, the longer is meant.
  const longest = mentions.toSorted((one, other) => other.name.length - one.name.length)
  const within = (part: Part): Part[] => {
    if (isBranch(part)) return [{ ...part, inside: part.inside.flatMap(within) }]
    return part.kind === 'text' ? apart(text, part, longest) : [part]
  }
  return parts.flatMap(within)
}

function apart(text: string, piece: Piece, mentions: readonly Mention[]): Piece[] {
  const pieces: Piece[] = []
  const add = (from: number, to: number) => {
    if (from < to) pieces.push({ kind: 'text', at: from, end: to, from, to })
  }
  let from = piece.from
  for (const { index: at } of text.slice(piece.from, piece.to).matchAll(/[@＠]/g)) {
    const begin = piece.from + at
    if (begin < from || !calls(text, begin)) continue
    const called = mentions.find(
      ({ name }) => isAt(text, begin + 1, name) && begin + 1 + name.length <= piece.to,
    )
    if (!called) continue
    add(from, begin)
    from = begin + 1 + called.name.length
    pieces.push({ kind: 'mention', at: begin, end: from, from: begin, to: from, user: called.user ?? null })
  }
  if (pieces.length === 0) return [piece]
  add(from, piece.to)
  return pieces
}

/** Whether a name stands here as a word. */
function isAt(text: string, at: number, name: string): boolean {
  if (!text.startsWith(name, at)) return false
  const end = at + name.length
  const [last, after] = [letterBefore(text, end), letterAt(text, end)]
  const isUnspaced = (letter: string) => UNSPACED.test(letter) || HANGUL.test(letter)
  return !GOES_ON.test(after) && (!LETTER.test(after) || isUnspaced(last) || isUnspaced(after))
}
