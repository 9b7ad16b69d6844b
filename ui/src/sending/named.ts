/** Who is being named behind an `@` in a text. Pure; what it is taken for afterwards is `notify/mentions`' to say. */

/** A name is being typed: its `@` is at `from`, and this much of it stands there. */
export type Named = { readonly from: number; readonly typed: string }

/** As long as a name may be: what is longer behind an `@` is none. */
const TYPED_MAX = 40

const LETTER = /[\p{L}\p{N}\p{M}_.%+-]/u
/** Scripts that are written without spaces: behind such a letter a word may begin. */
const UNSPACED =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Thai}|\p{Script=Lao}|\p{Script=Khmer}|\p{Script=Myanmar}/u

/** What is being named where the caret stands; null where nobody is. */
export function namedAt(text: string, caret: number): Named | null {
  const before = text.slice(Math.max(0, caret - TYPED_MAX - 1), caret)
  const place = before.lastIndexOf('@')
  if (place < 0) return null
  const typed = before.slice(place + 1)
  if (/\s/.test(typed)) return null
  const from = caret - typed.length - 1
  // An address of mail names nobody.
  const letter = Array.from(text.slice(Math.max(0, from - 2), from)).at(-1) ?? ''
  return LETTER.test(letter) && !UNSPACED.test(letter) ? null : { from, typed }
}

/** What takes the place of it: the name, and a space unless there is one. */
export const inFull = (name: string, after: string) => (/^\s/.test(after) ? `@${name}` : `@${name} `)
