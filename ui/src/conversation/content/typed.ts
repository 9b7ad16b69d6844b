/** What was typed of that which is selected in a formatted text. Pure. */
import { asDrawn } from '../../parts/stacks'
import { type Branch, isBranch, type Part, type Piece } from './formatting'

type Inside = Pick<Branch, 'at' | 'end' | 'inside'>

/** Those that are drawn, in their order. */
export function* piecesOf(parts: readonly Part[]): Generator<Piece> {
  for (const part of parts) {
    if (isBranch(part)) yield* piecesOf(part.inside)
    else yield part
  }
}

export function drawnOf(text: string, { from, to, cut }: Piece): string {
  return asDrawn(text.slice(from, to)) + (cut ? '…' : '')
}

/** The place in the text of one in a piece as it is drawn: some marks of a pile are not, and some faces have one more. */
export function placeOf(text: string, { from, to }: Piece, drawn: number): number {
  let [least, most] = [0, to - from]
  while (least < most) {
    const middle = (least + most) >> 1
    if (asDrawn(text.slice(from, from + middle)).length < drawn) least = middle + 1
    else most = middle
  }
  return from + least
}

/**
 * The text from one place to another, of which what is drawn was selected: with the marks of what was selected as a whole, and
 * without those of which a part was left out. Within code there is nothing but code to be had.
 */
export function typedBetween(text: string, tree: readonly Part[], from: number, to: number): string {
  const alone = [...piecesOf(tree)].find((piece) => piece.from <= from && to <= piece.to)
  if (alone?.kind === 'code' || alone?.kind === 'block') return text.slice(from, to)
  return typed({ at: 0, end: tree.at(-1)?.end ?? 0, inside: tree })

  function typed(whole: Piece | Inside): string {
    const [first, last] = edgesOf(whole)
    if (last <= from || to <= first) return ''
    if (from <= first && last <= to) return text.slice(whole.at, whole.end)
    if (!('inside' in whole)) return text.slice(Math.max(from, first), Math.min(to, last))
    let all = ''
    let end = 0
    for (const part of whole.inside) {
      const one = typed(part)
      // With what is not drawn between it and the one before.
      if (one) all += (all && text.slice(end, part.at)) + one
      end = part.end
    }
    return all
  }
}

/** Where what is drawn of it begins and ends. */
function edgesOf(part: Piece | Inside): [number, number] {
  if (!('inside' in part)) return [part.from, part.to]
  const [first, last] = [part.inside.at(0), part.inside.at(-1)]
  return first && last ? [edgesOf(first)[0], edgesOf(last)[1]] : [part.at, part.at]
}
