import { describe, expect, test, vi } from 'vitest'
import { beginningEnd } from './beginning'
import { isBranch, type Part, type Piece, treeOf, treeUntil } from './formatting'
import { isPlain } from './text'
import { piecesOf } from './typed'

const OWN = 'porch.local'

/** On a machine that does much else; of what grows by the square nobody sees the end. */
vi.setConfig({ testTimeout: 30_000 })

const piece = (kind: 'text' | 'code' | 'block', at: number, end: number, from = at, to = end): Piece => ({
  kind,
  at,
  end,
  from,
  to,
})
const link = (at: number, end: number, href: string): Piece => ({
  ...piece('text', at, end),
  kind: 'link',
  href,
})

test('a_text_is_cut_into_words_links_and_code', () => {
  expect(treeOf('看 example.com，run `ls`:\n```\nls a.com\n```\nok', OWN)).toEqual([
    piece('text', 0, 2),
    link(2, 13, 'https://example.com'),
    piece('text', 13, 18),
    piece('code', 18, 22, 19, 21),
    piece('text', 22, 23),
    piece('block', 23, 41, 28, 36),
    piece('text', 41, 43),
  ])
  expect(treeOf('', OWN)).toEqual([])
  expect(treeOf('a\nb', OWN)).toEqual([piece('text', 0, 3)])
})

test('there_are_no_links_in_code', () => {
  const kinds = (text: string) => treeOf(text, OWN).map(({ kind }) => kind)
  expect(kinds('`https://example.com`')).toEqual(['code'])
  expect(kinds('```\nhttps://example.com\n```')).toEqual(['block'])
  expect(kinds('`https://example.com')).toEqual(['text', 'link'])
})

test('a_part_says_where_it_was_typed_with_its_marks', () => {
  expect(treeOf('> *a*\n> b', OWN)).toEqual([
    {
      kind: 'quote',
      at: 0,
      end: 9,
      inside: [
        { kind: 'strong', at: 2, end: 5, inside: [piece('text', 3, 4)] },
        piece('text', 5, 6),
        piece('text', 8, 9),
      ],
    },
  ])
})

// --- Folded ---------------------------------------------------------------------------------------

const until = (text: string, end: number) => treeUntil(text, treeOf(text, OWN), end)

test('a_link_that_is_cut_leads_where_it_led', () => {
  const text = 'see https://example.com/abc and more'
  expect(until(text, 16)).toEqual([
    piece('text', 0, 4),
    { ...link(4, 16, 'https://example.com/abc'), cut: true },
  ])
  expect(until(text, 36)).toEqual(treeOf(text, OWN))
})

test('a_block_that_is_cut_is_still_one', () => {
  const text = `\`\`\`\n${'line\n'.repeat(30)}\`\`\``
  const [block] = until(text, beginningEnd(text)) as Piece[]
  expect(block?.kind).toBe('block')
  expect(text.slice(block?.from, block?.to)).toBe('line\n'.repeat(9).trimEnd())
})

test('what_stands_out_is_cut_within', () => {
  const text = '> a *bold _and* more'
  const quote = (end: number, ...inside: Part[]) => [{ kind: 'quote', at: 0, end, inside }]
  const cut = (at: number, end: number) => ({ ...piece('text', at, end), cut: true })
  expect(until(text, 7)).toEqual(
    quote(7, piece('text', 2, 4), { kind: 'strong', at: 4, end: 7, inside: [cut(5, 7)] }),
  )
  expect(until(text, 5)).toEqual(quote(5, piece('text', 2, 4)))
  expect(until(text, 2)).toEqual([])
})

test('a_list_is_cut_behind_an_item', () => {
  const text = Array.from({ length: 40 }, (_, at) => `- item ${at}`).join('\n')
  const [list] = until(text, beginningEnd(text))
  expect(list && isBranch(list) && list.inside.length).toBe(10)
  expect([...piecesOf([list!])].every(({ cut }) => !cut)).toBe(true)
})

// --- Whatever is typed ----------------------------------------------------------------------------

/** The same ones in each run. */
function* mixed(rounds: number, pieces: readonly string[]): Generator<string> {
  let seed = 11
  const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below
  for (let round = 0; round < rounds; round++)
    yield Array.from({ length: next(24) }, () => pieces[next(pieces.length)]).join('')
}

const PIECES = [
  ...'*|**|***|_|__|~|~~|`|```|> |>|- |* |• |1. |23. |\n|\n> |\n- |\n  - |\n1. |\n\t| |  |\\|(|)|，|。|《|》'.split(
    '|',
  ),
  ...'a|b1|重点|書|مهم|שלום|👍🏽|🇨🇳|e\u0301|\u200f|𠮷|\ud800|<b>|&amp;'.split('|'),
  ...'https://example.com/a_b|a.de|ada@example.com|nas:5000'.split('|'),
]

/** What may stand between two parts, or behind the last. */
const GAP = /^\n{0,2}(?:>|>? |[-*•]|\d{1,3}\.|[ \t])*$/

/** The text, put together from the pieces and what stands between them. */
function typed(text: string, parts: readonly Part[], start: number, end: number): string {
  let all = ''
  let at = start
  for (const part of parts) {
    const gap = text.slice(at, part.at)
    if (part.at < at || !GAP.test(gap)) throw new Error(JSON.stringify([text, gap]))
    all += gap
    if (isBranch(part)) {
      const marks = MARKS[part.kind]
      const [before] = marks?.exec(text.slice(part.at)) ?? ['']
      if (!text.slice(part.at, part.end).endsWith(before)) throw new Error(text)
      const to = part.end - before.length
      all += before + typed(text, part.inside, part.at + before.length, to) + text.slice(to, part.end)
    } else all += text.slice(part.at, part.end)
    at = part.end
  }
  const rest = text.slice(at, end)
  if (!GAP.test(rest)) throw new Error(JSON.stringify([text, rest]))
  return all + rest
}

const MARKS: Readonly<Partial<Record<Part['kind'], RegExp>>> = {
  strong: /^\*{1,2}/,
  both: /^\*{3}/,
  em: /^_{1,2}/,
  strike: /^~{1,2}/,
}

function depthOf(parts: readonly Part[]): number {
  return Math.max(0, ...parts.map((part) => 1 + (isBranch(part) ? depthOf(part.inside) : 0)))
}

test('what_is_drawn_and_what_is_not_are_the_text', () => {
  let formatted = 0
  for (const text of mixed(2_000, PIECES)) {
    const tree = treeOf(text, OWN)
    if (typed(text, tree, 0, text.length) !== text) expect.fail(JSON.stringify(text))
    if (tree.every((part) => part.kind === 'text')) continue
    formatted++
    if (isPlain(text)) expect.fail(JSON.stringify(text))
  }
  expect(formatted).toBeGreaterThan(500)
})

test('parts_beside_each_other_are_known_by_where_they_begin', () => {
  const isApart = (parts: readonly Part[]): boolean =>
    new Set(parts.map(({ at }) => at)).size === parts.length &&
    parts.every((part) => !isBranch(part) || isApart(part.inside))
  for (const text of mixed(500, PIECES)) if (!isApart(treeOf(text, OWN))) expect.fail(JSON.stringify(text))
})

test('what_is_folded_is_the_beginning', () => {
  for (const text of mixed(200, PIECES)) {
    const tree = treeOf(text, OWN)
    for (let end = 0; end <= text.length; end += 3) {
      const shown = treeUntil(text, tree, end)
      const isWithin = [...piecesOf(shown)].every(({ from, to }) => from < to && to <= end)
      if (!isWithin || (shown.at(-1)?.end ?? 0) > end) expect.fail(JSON.stringify([text, end]))
    }
  }
})

// --- What it costs --------------------------------------------------------------------------------

const HOSTILE = [
  ...'*|_|~|*_|*_~|*a | *a|*a* |*a _b ~c |*a_|_*~>|重*|*重_|重**重|***|**a *|*!|\\*a|*a.de |`a` *'.split('|'),
  ...'> |>|> > > > > > a\n|> a\n|> a\n>\n|>\n|- |- - - a|- a\n|1. a\n|- a\n  - b\n|  - a\n|- \n|-  | |\n'.split(
    '|',
  ),
  ...'```a```|```a```> |```a``` - '.split('|'),
]

/** Characters looked at: what patterns match, what is cut out, and one for each call. A spy would keep each of these. */
function workFor(text: string): number {
  let work = 0
  const { exec } = RegExp.prototype
  const { slice } = String.prototype
  RegExp.prototype.exec = function (on) {
    const from = this.lastIndex
    const found = exec.call(this, on)
    // In vain a pattern that is bound to its place looks at little, and others at all there is.
    work += 1 + (found ? found.index + found[0].length - from : this.sticky ? 0 : on.length - from)
    return found
  }
  String.prototype.slice = function (start, end) {
    const cut = slice.call(this, start, end)
    work += 1 + cut.length
    return cut
  }
  try {
    treeOf(text, OWN)
  } finally {
    Object.assign(RegExp.prototype, { exec })
    Object.assign(String.prototype, { slice })
  }
  return work
}

describe('a_text_twice_as_long_costs_twice_as_much', () => {
  test.each([...HOSTILE, ...HOSTILE.map((piece) => `${piece}x`)])('%j', (piece) => {
    const long = (length: number) => piece.repeat(length / piece.length)
    const [half, whole] = [workFor(long(2_000)), workFor(long(4_000))]
    expect(whole).toBeLessThan(2.2 * half + 1_000)
    expect(whole).toBeLessThan(4_000 * 60)
  })
})

describe('nothing_is_nested_deeper_than_anybody_reads', () => {
  test.each([
    `${'*a _b '.repeat(600)}x${' c_ d*'.repeat(600)}`,
    `${'*_'.repeat(2_000)}x${'_*'.repeat(2_000)}`,
    `${'> '.repeat(3_900)}x`,
    `${'- '.repeat(3_900)}x`,
    Array.from({ length: 80 }, (_, at) => `${'  '.repeat(at)}- x`).join('\n'),
    `${'> - '.repeat(1_000)}${'*a _b '.repeat(300)}x${' c_ d*'.repeat(300)}`,
  ])('%#', (text) => {
    const tree = treeOf(text, OWN)
    // Six kinds of marks, four of quotes and lists, of which a list has items, and the words.
    expect(depthOf(tree)).toBeLessThanOrEqual(6 + 2 * 4 + 1)
    expect(typed(text, tree, 0, text.length)).toBe(text)
  })
})
