/**
 * What stands out within a line: `*bold*` or `**bold**`, `_italic_` or `__italic__`, `~struck~` or `~~struck~~`, and
 * `***both***`. Pure; reads a line once.
 *
 * A mark closes with one of as many characters, as near as there is. What nothing closes stays as it was typed, and so does
 * what is meant otherwise:
 * - A mark opens before no white space and closes behind none: `2 * 3`.
 * - It opens behind no letter or digit and closes before none, where words have spaces between them: `snake_case`, `2*3*4`.
 *   Around Chinese and Japanese there are none: `这是**重点**，看`, `用Rust**写**3行`; and letters of Arabic and Hebrew are written
 *   together with the next word.
 * - Lines before a letter of any script are in the name of a file: `报告_最终_版.docx`. Waves behind one are a tone of voice:
 *   `好的~我们走~`, `好呀~~来啦~~`.
 * - Between two signs that open nothing it is part of a face or a pattern: `;_;`, `•_•`, `a/*.ts,b/*.js`; and so it is around
 *   what has neither letter, digit nor emoji: `*_*`, `** **`. A backslash before it says the same: `¯\_(ツ)_/¯`.
 * - In code and links there are none.
 */

/** [start, end) in UTF-16 code units, of which no character is a mark. */
export type Opaque = { readonly at: number; readonly end: number }

export type Emphasis = 'strong' | 'em' | 'both' | 'strike'

/** What stands out, without its marks [from, to), with them [at, end). */
export type Pair = {
  readonly kind: Emphasis
  readonly at: number
  readonly from: number
  readonly to: number
  readonly end: number
}

const KINDS: ReadonlyMap<string, Emphasis> = new Map([
  ['*', 'strong'],
  ['**', 'strong'],
  ['***', 'both'],
  ['_', 'em'],
  ['__', 'em'],
  ['~', 'strike'],
  ['~~', 'strike'],
])

/** Runs that may be marks, and all that is worth to stand out. */
const RUNS_AND_WORDS = /\*+|_+|~+|[\p{L}\p{N}\p{ExtPict}\p{RI}]+/gu
const WORTH = /^[^*_~]/

const IN_WORD = /[\p{Lu}\p{Ll}\p{Lt}\p{sc=Latn}\p{Nd}]|[\u0300-\u036f]/u
const WITHOUT_SPACES = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}]/u
const LETTER = /[\p{L}\p{Nd}]/u
/** A backslash says that none is meant, a bracket that something is multiplied; the others are ears and eyes. */
const NONE_BEHIND = /[\\)\]}¯^ಠ]/
/** One character more and it is a key: `*️⃣`. */
const NEVER_FIRST = /[\s\p{Pe},;，。、；：！？]|\ufe0f/u
const NEVER_LAST = /[\s\p{Ps}\\]/u
/** Signs but for those behind which, or before which, a word begins. */
const IN_FACE = /(?![*_~`\u3000-\u303f\uff00-\uffef])[[\p{P}\p{S}]--[\p{Ps}\p{Pi}]]/v
/** Ends a sentence or what was put in brackets or quotes, and the mark may end before it. */
const AFTER_WORDS = /[\p{Pe}\p{Pf}.,;:!?"'…]/u
/** Goes on behind it, even before these. */
const GOES_ON = /[,/]/

type Run = { readonly at: number; readonly end: number; readonly mark: string; closing: Run | null }

/** In the order in which they open, each within or beside the others. */
export function pairsIn(text: string, from: number, to: number, opaque: readonly Opaque[]): Pair[] {
  const runs: Run[] = []
  const open: Run[] = []
  /** How many of each mark are open: none is looked for in vain. */
  const waiting = new Map<string, number>()
  /** Where the last letter, digit, emoji, code or link was. */
  let worth = -1

  const close = (run: Run): boolean => {
    if (!waiting.get(run.mark)) return false
    for (;;) {
      const last = open.pop()!
      waiting.set(last.mark, waiting.get(last.mark)! - 1)
      if (last.mark !== run.mark) continue
      if (worth < last.end) return false
      last.closing = run
      return true
    }
  }
  const read = (start: number, end: number) => {
    for (const { 0: found, index } of text.slice(start, end).matchAll(RUNS_AND_WORDS)) {
      const at = start + index
      if (WORTH.test(found)) worth = at
      if (!KINDS.has(found)) continue
      const run: Run = { at, end: at + found.length, mark: found, closing: null }
      const before = at > from ? charBefore(text, at) : ''
      const after = run.end < to ? charAt(text, run.end) : ''
      if (closes(before, after, found) && close(run)) continue
      if (!opens(before, after, found)) continue
      runs.push(run)
      open.push(run)
      waiting.set(found, (waiting.get(found) ?? 0) + 1)
    }
  }

  let at = from
  for (const part of opaque) {
    read(at, part.at)
    worth = part.at
    at = part.end
  }
  read(at, to)
  return runs.flatMap(pairOf)
}

function pairOf({ at, end: from, mark, closing }: Run): Pair[] {
  return closing ? [{ kind: KINDS.get(mark)!, at, from, to: closing.at, end: closing.end }] : []
}

function opens(before: string, after: string, mark: string): boolean {
  if (after === '' || NEVER_FIRST.test(after)) return false
  if ((IN_WORD.test(before) && !WITHOUT_SPACES.test(after)) || NONE_BEHIND.test(before)) return false
  if (mark.startsWith('~') && LETTER.test(before)) return false
  return !(IN_FACE.test(before) && IN_FACE.test(after))
}

function closes(before: string, after: string, mark: string): boolean {
  if (before === '' || NEVER_LAST.test(before)) return false
  if (IN_WORD.test(after) && !WITHOUT_SPACES.test(before)) return false
  if (mark.startsWith('_') && LETTER.test(after)) return false
  return !(IN_FACE.test(before) && IN_FACE.test(after) && (GOES_ON.test(before) || !AFTER_WORDS.test(after)))
}

function charAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at)!)
}

function charBefore(text: string, at: number): string {
  return [...text.slice(Math.max(0, at - 2), at)].at(-1)!
}
