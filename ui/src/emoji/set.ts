/**
 * All emoji that this device draws, with the words by which they are found. `tools/emoji.ts` makes the text it is read from, and
 * has folded what can be: two thousand labels are a moment on a slow phone. Pure.
 */
import { fold } from '../parts/fold'
import { bare } from './tones'

/** As Unicode groups them, in its order. */
export const GROUPS = [
  'smileys',
  'people',
  'nature',
  'food',
  'travel',
  'activities',
  'objects',
  'symbols',
  'flags',
] as const
export type Group = (typeof GROUPS)[number]

export type Emoji = {
  /** Without a skin tone. */
  readonly emoji: string
  readonly takesTone: boolean
  /** What it is called. */
  readonly en: string
  readonly zh: string
  /** The words of its English label, folded, and other words for it; behind a colon what it is called elsewhere: `:tada`. A space is around each. */
  readonly words: string
  readonly tags: string
  /** A comma is around each. */
  readonly zhTags: string
}

export type EmojiSet = {
  readonly groups: ReadonlyMap<Group, readonly Emoji[]>
  readonly all: readonly Emoji[]
  /** Each by its bare form. */
  readonly known: ReadonlyMap<string, Emoji>
}

/** Reads the lines, without what came after the version `newest`. */
export function readSet(lines: string, newest: number): EmojiSet {
  const groups = new Map<Group, Emoji[]>()
  const known = new Map<string, Emoji>()
  for (const [at, text] of lines.split('\n\n').entries()) {
    const group = GROUPS[at]
    if (!group) break
    const own: Emoji[] = []
    for (const line of text.split('\n')) {
      const [emoji = '', flags = '', en = '', tags = '', zh = '', zhTags = ''] = line.split('\t')
      if (Number(flags.replace('t', '')) > newest) continue
      const one: Emoji = {
        emoji,
        takesTone: flags.startsWith('t'),
        en,
        zh,
        words: ` ${spaced(fold(en))} `,
        tags: ` ${tags} `,
        zhTags: `,${zhTags},`,
      }
      own.push(one)
      known.set(bare(emoji), one)
    }
    groups.set(group, own)
  }
  return { groups, all: [...groups.values()].flat(), known }
}

/** With one space between words, however they were joined. */
export function spaced(text: string): string {
  return text.replace(/[^\p{L}\p{M}\p{N}+:]+/gu, ' ').trim()
}
