/**
 * A message's text as a tree of what is drawn, each in its own way: words, links (`links`), code (`code`), what stands out
 * (`emphasis`), quotes and lists (`lines`), and whom it calls (`mentioned`). Typed as people know it from other chats; each file tells what its marks mean, and
 * where they mean nothing. Nothing but a block of code goes over the end of a line, and within code and links all stays as it
 * was typed. Pure.
 *
 * Every part says where in the text it was typed, with its marks: [at, end). Parts that follow each other may have between
 * them what is not drawn: an end of a line, and what the next line begins with. All else is in a piece or a mark.
 */

import type { UserId } from '../../protocol'
import { codeOf } from './code'
import { type Emphasis, pairsIn } from './emphasis'
import { type Group, groupsOf, type Item, type Line, linesIn } from './lines'
import { linksOf } from './links'

/** By `at` a part is known among those beside it. */
type Typed = { readonly at: number; readonly end: number }

/** Text that is drawn as it is, [from, to), and whether it goes on where the message is folded. */
export type Piece = Typed & { readonly from: number; readonly to: number; readonly cut?: boolean } & (
    | { readonly kind: 'text' | 'code' | 'block'; readonly href?: never }
    | { readonly kind: 'link'; readonly href: string }
    /** `user`: whom it calls; null: all who are in the room. */
    | { readonly kind: 'mention'; readonly user: UserId | null; readonly href?: never }
  )

export type Branch = Typed & {
  readonly kind: Emphasis | 'quote' | 'bullets' | 'numbers' | 'item'
  readonly inside: readonly Part[]
  /** An item's, as it was typed. */
  readonly number?: number
}

export type Part = Piece | Branch

/** Deeper than anybody reads: each is an element within an element. */
const MARKS_DEEP_MAX = 6
const GROUPS_DEEP_MAX = 4

export const isBranch = (part: Part): part is Branch => 'inside' in part

/** `own` is the host and port under which this page was opened. */
export function treeOf(text: string, own: string): Part[] {
  const tree: Part[] = []
  let opaque: Piece[] = []
  let at = 0
  const add = (end: number) => tree.push(...new Section(text, opaque).parts(at, end))
  for (const piece of opaqueIn(text, own)) {
    if (piece.kind !== 'block') {
      opaque.push(piece)
      continue
    }
    add(piece.at)
    tree.push(piece)
    opaque = []
    at = piece.end
  }
  add(text.length)
  return tree
}

/** Code and links, in their order. */
function* opaqueIn(text: string, own: string): Generator<Piece> {
  let at = 0
  for (const { block, start, end, from, to } of codeOf(text)) {
    yield* linksIn(text, at, start, own)
    yield { kind: block ? 'block' : 'code', at: start, end, from, to }
    at = end
  }
  yield* linksIn(text, at, text.length, own)
}

function* linksIn(text: string, from: number, to: number, own: string): Generator<Piece> {
  for (const { start, end, href } of linksOf(text.slice(from, to), own)) {
    const [at, after] = [from + start, from + end]
    yield { kind: 'link', at, end: after, from: at, to: after, href }
  }
}

/** What stands before, between and behind blocks of code; read from its beginning to its end. */
class Section {
  readonly #text: string
  /** Code and links in it, in their order, and how many of them have been drawn. */
  readonly #opaque: readonly Piece[]
  #drawn = 0

  constructor(text: string, opaque: readonly Piece[]) {
    this.#text = text
    this.#opaque = opaque
  }

  parts(start: number, end: number): Part[] {
    // What follows a block in its line begins nothing.
    const goesOn = start > 0 && this.#text[start - 1] !== '\n'
    return this.#inside(linesIn(this.#text, start, end), 0, goesOn ? 1 : 0)
  }

  #inside(lines: readonly Line[], depth: number, words = 0): Part[] {
    if (depth === GROUPS_DEEP_MAX) return this.#words(lines)
    return groupsOf(this.#text, lines, words).flatMap((group) => this.#group(group, depth + 1))
  }

  #group(group: Group, depth: number): Part[] {
    if (group.kind === 'words') return this.#words(group.lines)
    if (group.kind === 'quote') {
      const { kind, from: at, lines } = group
      return [{ kind, at, end: lines.at(-1)!.to, inside: this.#inside(lines, depth) }]
    }
    const inside = group.items.map((item) => this.#item(item, depth))
    return [{ kind: group.kind, at: inside[0]!.at, end: inside.at(-1)!.end, inside }]
  }

  #item({ number, from: at, lines }: Item, depth: number): Branch {
    const item: Branch = { kind: 'item', at, end: lines.at(-1)!.to, inside: this.#inside(lines, depth) }
    return number === null ? item : { ...item, number }
  }

  /** Lines of words; between two of them their end is drawn. */
  #words(lines: readonly Line[]): Part[] {
    const parts: Part[] = []
    for (const [at, line] of lines.entries()) {
      if (at > 0) addText(parts, lines[at - 1]!.to, lines[at - 1]!.to + 1)
      this.#line(parts, line)
    }
    return parts
  }

  #line(parts: Part[], { from, to }: Line): void {
    const first = this.#drawn
    while ((this.#opaque[this.#drawn]?.at ?? to) < to) this.#drawn++
    const opaque = this.#opaque.slice(first, this.#drawn)
    const pairs = pairsIn(this.#text, from, to, opaque).values()
    const pieces = opaque.values()
    let pair = pairs.next().value
    let piece = pieces.next().value

    const draw = (into: Part[], from: number, to: number, depth: number) => {
      let at = from
      for (;;) {
        if (pair && pair.at < Math.min(to, piece?.at ?? to)) {
          const { kind, ...marks } = pair
          pair = pairs.next().value
          if (depth === MARKS_DEEP_MAX) continue
          const inside: Part[] = []
          addText(into, at, marks.at)
          draw(inside, marks.from, marks.to, depth + 1)
          into.push({ kind, at: marks.at, end: marks.end, inside })
          at = marks.end
        } else if (piece && piece.at < to) {
          addText(into, at, piece.at)
          into.push(piece)
          at = piece.end
          piece = pieces.next().value
        } else break
      }
      addText(into, at, to)
    }
    draw(parts, from, to, 0)
  }
}

function addText(parts: Part[], at: number, end: number): void {
  if (at === end) return
  const last = parts.at(-1)
  const goesOn = last?.kind === 'text' && last.end === at
  if (goesOn) parts.pop()
  const from = goesOn ? last.at : at
  parts.push({ kind: 'text', at: from, end, from, to: end })
}

/** What of the tree comes before `end` in the text. A link that is cut leads where it led. */
export function treeUntil(text: string, parts: readonly Part[], end: number): Part[] {
  const shown: Part[] = []
  for (const part of parts) {
    if (part.at >= end) break
    if (part.end <= end) shown.push(part)
    else if (isBranch(part)) {
      const inside = treeUntil(text, part.inside, end)
      if (inside.length > 0) shown.push({ ...part, end, inside })
    } else {
      const piece = cutPiece(text, part, end)
      if (piece.from < piece.to) shown.push(piece)
    }
  }
  return shown
}

function cutPiece(text: string, piece: Piece, end: number): Piece {
  if (piece.to <= end) return { ...piece, end }
  if (piece.kind !== 'block') return { ...piece, end, to: end, cut: true }
  return { ...piece, end, to: piece.from + text.slice(piece.from, end).trimEnd().length }
}
