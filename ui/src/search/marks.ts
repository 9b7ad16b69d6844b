/** Highlighting: from the ranges the box found to pieces of text, never to markup. Pure. */

export type Piece = { readonly text: string; readonly marked: boolean }
/** [start, end) in UTF-16 code units. */
export type Mark = readonly [start: number, end: number]

/** Characters of a body shown in a result. */
const EXCERPT_MAX = 220
/** How many of them come before the first mark. */
const LEAD = 60

/** The body cut into marked and plain pieces. Marks may overlap, be unsorted or lie outside. */
export function pieces(body: string, marks: readonly Mark[]): Piece[] {
  const result: Piece[] = []
  let at = 0
  for (const [start, end] of merged(body.length, marks)) {
    if (start > at) result.push({ text: body.slice(at, start), marked: false })
    result.push({ text: body.slice(start, end), marked: true })
    at = end
  }
  if (at < body.length) result.push({ text: body.slice(at), marked: false })
  return result
}

/** A long body cut to what surrounds its first mark, with the marks moved along. */
export function excerpt(body: string, marks: readonly Mark[]): Piece[] {
  if (body.length <= EXCERPT_MAX) return pieces(body, marks)
  const first = merged(body.length, marks)[0]?.[0] ?? 0
  const start = first <= LEAD * 2 ? 0 : wordStart(body, first - LEAD)
  const end = charStart(body, Math.min(body.length, start + EXCERPT_MAX))
  const inside = marks.map(([from, to]) => [from - start, to - start] as const)
  const cut = pieces(body.slice(start, end), inside)
  if (start > 0) cut.unshift({ text: '…', marked: false })
  if (end < body.length) cut.push({ text: '…', marked: false })
  return cut
}

function merged(length: number, marks: readonly Mark[]): [number, number][] {
  const sorted = marks
    .map(([start, end]): [number, number] => [Math.max(0, start), Math.min(length, end)])
    .filter(([start, end]) => start < end)
    .sort((a, b) => a[0] - b[0])
  const result: [number, number][] = []
  for (const [start, end] of sorted) {
    const last = result.at(-1)
    if (last && start <= last[1]) last[1] = Math.max(last[1], end)
    else result.push([start, end])
  }
  return result
}

/** The next word's start at or shortly after `at`, so that an excerpt does not begin within a word. */
function wordStart(body: string, at: number): number {
  const space = body.slice(at, at + LEAD / 2).search(/\s\S/u)
  return space < 0 ? charStart(body, at) : at + space + 1
}

/** Not between the two halves of one character. */
function charStart(body: string, at: number): number {
  const code = body.charCodeAt(at)
  return code >= 0xdc00 && code <= 0xdfff ? at + 1 : at
}
