/** Where words begin and end, as far as names in a text are concerned. Pure. */

/** Written without spaces: where such a letter stands on one side, a word may begin or end there. */
export const UNSPACED =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Thai}|\p{Script=Lao}|\p{Script=Khmer}|\p{Script=Myanmar}/u
/** Written without spaces around names, too. */
export const HANGUL = /\p{Script=Hangul}/u
/** What makes a sign of a letter or a digit, such as in `1️⃣`, is none. */
export const LETTER = /(?![\u20dd-\u20e0\u20e2-\u20e4\ufe00-\ufe0f])[\p{L}\p{N}\p{M}_]/u

/** The character at a place; a space beyond the text. */
export const letterAt = (text: string, at: number) => String.fromCodePoint(text.codePointAt(at) ?? 0x20)

/** The character before a place. */
export function letterBefore(text: string, at: number): string {
  const low = text.charCodeAt(at - 1)
  return letterAt(text, low >= 0xdc00 && low < 0xe000 ? at - 2 : at - 1)
}

/** Whether an `@` at this place calls somebody: within an address of mail it does not. */
export function calls(text: string, at: number): boolean {
  const before = letterBefore(text, at)
  return !LETTER.test(before) || UNSPACED.test(before) || HANGUL.test(before)
}
