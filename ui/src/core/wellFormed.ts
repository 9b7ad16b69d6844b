/**
 * The one way by which the page's texts become JSON. A paste or a broken input method can leave half of a character (a
 * lone surrogate) in a text; JSON writes it as `\ud800`, which no other program reads: the box would close the connection.
 */

/** The text with a replacement character for every half of a character. (`toWellFormed` is younger than our browsers.) */
export const wellFormed = (text: string) => text.replace(/\p{Surrogate}/gu, '\ufffd')

/** What the protocol does not carry is left out: NUL, and halves of characters that a paste tore apart. */
export const sendable = (body: string) => wellFormed(body.replaceAll('\0', ''))

/** JSON that everyone can read. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, inner) => (typeof inner === 'string' ? wellFormed(inner) : inner))
}
