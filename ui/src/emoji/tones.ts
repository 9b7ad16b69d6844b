/** Skin tones. One is chosen for all emoji that take one. Pure. */

/** As Unicode counts them (Fitzpatrick's types), from light to dark; 0 is none: yellow. */
export const TONES = [0, 1, 2, 3, 4, 5] as const
export type Tone = (typeof TONES)[number]

const FIRST_MODIFIER = 0x1f3fb

/** An emoji that takes a tone, with this one: of two people both have it. */
export function toned(emoji: string, tone: Tone): string {
  if (tone === 0) return emoji
  const modifier = String.fromCodePoint(FIRST_MODIFIER + tone - 1)
  return emoji.replace(/^(.)\ufe0f?/u, `$1${modifier}`).replace(/(\u200d\p{EBase})$/u, `$1${modifier}`)
}

/** An emoji without its tone, and without what only says that it is drawn in colour: so the same ones are equal. */
export function bare(emoji: string): string {
  return emoji.replace(/\p{EMod}|\ufe0f/gu, '')
}
