/**
 * Tables of texts and of what is drawn of each: ‹b bold›, ‹i italic›, ‹bi both›, ‹s struck›, ‹c code›, ‹pre a block of it›, ‹a a link›,
 * ‹q a quote›, ‹ul and ‹ol of ‹li items›, ‹3 with their numbers›. Where the second column is empty, the text stays as it was typed.
 */
import { describe, expect, test } from 'vitest'
import { isBranch, type Part, treeOf } from '../formatting'
import { isPlain } from '../text'

const SIGNS: Readonly<Record<Exclude<Part['kind'], 'text'>, string>> = {
  strong: 'b',
  em: 'i',
  both: 'bi',
  strike: 's',
  code: 'c',
  block: 'pre',
  mention: '@',
  link: 'a',
  quote: 'q',
  bullets: 'ul',
  numbers: 'ol',
  item: 'li',
}

function notation(text: string, parts: readonly Part[]): string {
  return parts
    .map((part) => {
      const inside = isBranch(part) ? notation(text, part.inside) : text.slice(part.from, part.to)
      if (part.kind === 'text') return inside
      return `‹${(isBranch(part) && part.number) || SIGNS[part.kind]} ${inside}›`
    })
    .join('')
}

export function table(name: string, rows: readonly (readonly [typed: string, drawn?: string])[]) {
  describe(name, () => {
    test.each(rows.map(([typed, drawn = typed]) => [typed, drawn] as const))('%j', (typed, drawn) => {
      expect(notation(typed, treeOf(typed, 'ship.local:8443'))).toBe(drawn)
      if (drawn !== typed) expect(isPlain(typed)).toBe(false)
    })
  })
}
