/**
 * Which lines of a text belong together: quotes and lists, by what their lines begin with.
 *
 * - Lines that begin with `> ` are a quote; a `>` alone between them is an empty line of it.
 * - Lines that begin with `- `, `* `, `• ` or `1. ` are a list, numbered as it was typed. Behind each of them, those that begin
 *   with two spaces or a tab are its own.
 * - Before what has neither letter, digit nor emoji all these are signs: `> <`, `- - -`, `* * *`.
 *
 * Pure; reads each line a few times at most.
 */

/** [from, to) in UTF-16 code units, without its end and what it begins with. */
export type Line = { readonly from: number; readonly to: number }

/** `number` is null behind a sign. */
export type Item = { readonly number: number | null; readonly from: number; readonly lines: readonly Line[] }

export type Group =
  | { readonly kind: 'words'; readonly lines: readonly Line[] }
  | { readonly kind: 'quote'; readonly from: number; readonly lines: readonly Line[] }
  | { readonly kind: 'bullets' | 'numbers'; readonly items: readonly Item[] }

const QUOTED = /^> /
const BARE = /^> *$/
const LISTED = /^(?:[-*•]|(\d{1,3})\.)[ \t]+/
const INDENTED = /^(?: {2}|\t)[ \t]*/
const WORTH = /[\p{L}\p{N}\p{ExtPict}\p{RI}]/u

export function linesIn(text: string, start: number, end: number): Line[] {
  if (start === end) return []
  let from = start
  return text
    .slice(start, end)
    .split('\n')
    .map(({ length }) => {
      const line = { from, to: from + length }
      from = line.to + 1
      return line
    })
}

/** The first `count` lines are words, whatever they begin with. */
export function groupsOf(text: string, lines: readonly Line[], count: number): Group[] {
  const groups: Group[] = []
  let words = lines.slice(0, count)
  for (let at = words.length; at < lines.length; ) {
    const found = quoteAt(text, lines, at) ?? listAt(text, lines, at)
    if (found) {
      if (words.length > 0) groups.push({ kind: 'words', lines: words })
      words = []
      groups.push(found.group)
      at += found.count
    } else words.push(lines[at++]!)
  }
  if (words.length > 0) groups.push({ kind: 'words', lines: words })
  return groups
}

type Found = { readonly group: Group; readonly count: number }

function quoteAt(text: string, lines: readonly Line[], first: number): Found | null {
  const inside: Line[] = []
  let count = 0
  for (let at = first; at < lines.length; at++) {
    const line = lines[at]!
    const isQuoted = beginning(text, line, QUOTED) !== null
    if (!isQuoted && !(count > 0 && BARE.test(slice(text, line)))) break
    inside.push({ from: Math.min(line.from + 2, line.to), to: line.to })
    if (isQuoted) count = inside.length
  }
  if (count === 0) return null
  return { group: { kind: 'quote', from: lines[first]!.from, lines: inside.slice(0, count) }, count }
}

function listAt(text: string, lines: readonly Line[], first: number): Found | null {
  const items: Item[] = []
  let at = first
  while (at < lines.length) {
    const item = itemAt(text, lines, at)
    if (!item || (items[0] && (items[0].number === null) !== (item.number === null))) break
    items.push(item)
    at += item.lines.length
  }
  const [one] = items
  if (!one) return null
  return { group: { kind: one.number === null ? 'bullets' : 'numbers', items }, count: at - first }
}

function itemAt(text: string, lines: readonly Line[], first: number): Item | null {
  const { from, to } = lines[first]!
  const begun = beginning(text, lines[first]!, LISTED)
  if (!begun) return null
  const inside = [{ from: from + begun[0].length, to }]
  /** The first line's own says how far the others are moved in. */
  let indent: number | null = null
  for (let at = first + 1; at < lines.length; at++) {
    const line = lines[at]!
    const moved = beginning(text, line, INDENTED)?.[0].length
    if (!moved) break
    indent ??= moved
    inside.push({ from: line.from + Math.min(indent, moved), to: line.to })
  }
  return { number: begun[1] === undefined ? null : Number(begun[1]), from, lines: inside }
}

/** What a line begins with, where something worth it follows. */
function beginning(text: string, line: Line, pattern: RegExp): RegExpExecArray | null {
  const written = slice(text, line)
  const begun = pattern.exec(written)
  return begun && WORTH.test(written.slice(begun[0].length)) ? begun : null
}

const slice = (text: string, { from, to }: Line) => text.slice(from, to)
