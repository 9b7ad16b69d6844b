/**
 * Where code stands in a text: `code` within a line, and blocks between ``` and ```. Backticks that nothing closes, or
 * that hold nothing, stay as they were typed. Pure; reads a text once.
 */

/** What is code, in UTF-16 code units: [start, end) with its backticks, [from, to) without. */
export type Code = {
  readonly start: number
  readonly end: number
  readonly from: number
  readonly to: number
  readonly block: boolean
}

/** So many backticks or more are a block's. */
const FENCE = 3
/** ``don`t and can`t`` is no code. Scripts without upper case often have no spaces, and code right behind a letter. */
const IN_A_WORD = /[\p{Lu}\p{Ll}\p{N}]$/u

type Run = { readonly start: number; readonly end: number; readonly ticks: number }

export function codeOf(text: string): Code[] {
  const runs = Array.from(
    text.matchAll(/`+/g),
    ({ index, 0: { length } }): Run => ({
      start: index,
      end: index + length,
      ticks: Math.min(length, FENCE),
    }),
  )
  const found: Code[] = []
  let fences = true
  for (let at = 0; at < runs.length; at++) {
    const run = runs[at]!
    const block = run.ticks === FENCE
    if (block ? !fences : IN_A_WORD.test(text.slice(Math.max(0, run.start - 2), run.start))) continue
    const close = closing(text, runs, at)
    if (close < 0) {
      if (block) fences = false
      continue
    }
    const code = block
      ? blockBetween(text, found.at(-1)?.end ?? 0, run, runs[close]!)
      : spanBetween(text, run, runs[close]!)
    if (!code) continue
    found.push(code)
    at = close
  }
  return found
}

/** The next run of as many backticks; within a line, but for blocks. */
function closing(text: string, runs: readonly Run[], at: number): number {
  const { end, ticks } = runs[at]!
  const line = text.indexOf('\n', end)
  const last = ticks === FENCE || line < 0 ? text.length : line
  for (let next = at + 1; next < runs.length && runs[next]!.start < last; next++)
    if (runs[next]!.ticks === ticks) return next
  return -1
}

/** One space on each side is there for backticks at the edge (CommonMark 6.1). */
function spanBetween(text: string, open: Run, close: Run): Code | null {
  let [from, to] = [open.end, close.start]
  if (text.slice(from, to).trim() === '') return null
  if (text[from] === ' ' && text[to - 1] === ' ') {
    from++
    to--
  }
  return { start: open.start, end: close.end, from, to, block: false }
}

/** A block stands on lines of its own, whether it was written so or not. `before` is where the one before it ends. */
function blockBetween(text: string, before: number, open: Run, close: Run): Code | null {
  let { start, end: from } = open
  let { start: to, end } = close
  const inside = text.slice(from, to)
  if (inside.trim() === '') return null
  const indent = /\n[ \t]*$/.exec(inside)
  const first = /^[\w+#.-]*[ \t]*\n/.exec(inside)
  // The language is named behind a fence only where both fences have lines of their own.
  if (first && (first[0].trim() === '' || (indent && (start === 0 || text[start - 1] === '\n'))))
    from += first[0].length
  if (indent && to - indent[0].length >= from) to -= indent[0].length
  if (start > before && text[start - 1] === '\n') start--
  if (text[end] === '\n') end++
  return text.slice(from, to).trim() === '' ? null : { start, end, from, to, block: true }
}
