/** Which emoji were used last, the last first, and in which skin tone they are wanted. Pure. */
import { bare, TONES, type Tone } from './tones'

export type KeptEmoji = {
  /** As they were used, the last first. */
  readonly recent: readonly string[]
  readonly tone: Tone
}

/** Four rows of a picker: what one uses is among them, and the faces are still seen below. */
export const RECENT_MAX = 32
/** Longer than any emoji, in UTF-16 units. */
const EMOJI_UNITS_MAX = 40

export const NONE: KeptEmoji = { recent: [], tone: 0 }

/** With one that was used now: whatever its tone, it is there once. */
export function withUsed(recent: readonly string[], emoji: string): string[] {
  const same = bare(emoji)
  return [emoji, ...recent.filter((other) => bare(other) !== same)].slice(0, RECENT_MAX)
}

/** What lies on a device may be anything. */
export function readKept(kept: unknown): KeptEmoji {
  const { recent, tone } = { ...NONE, ...(kept as Partial<KeptEmoji>) }
  const isEmoji = (one: unknown) =>
    typeof one === 'string' && one.length <= EMOJI_UNITS_MAX && /^\p{Emoji}/u.test(one)
  return {
    recent: Array.isArray(recent) ? recent.filter(isEmoji).slice(0, RECENT_MAX) : [],
    tone: TONES.find((one) => one === tone) ?? 0,
  }
}
