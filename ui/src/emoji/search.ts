/**
 * Finding emoji by what somebody types: English words by how they begin, Chinese ones by any part of them, both in either
 * language of the page; one letter or character is enough. In Chinese also by how a label is read. Pure.
 */
import { fold } from '../parts/fold'
import { pinyinRank } from '../parts/pinyin'
import { type Emoji, type EmojiSet, spaced } from './set'
import { bare } from './tones'

/** How well one fits: the less the better. */
const CALLED = 0
const BEGINS = 1
const NEAR = 2
const TAGGED = 3
const PARTLY = 4
const READ = 5

const HAN = /\p{Script=Han}/u

/** One letter of pinyin is a letter, and of an English word. */
const PINYIN_LETTERS_MIN = 2

/** Those that fit, the best first, otherwise in their order. */
export function searchEmoji(set: EmojiSet, typed: string, language: 'en' | 'zh'): Emoji[] {
  const itself = set.known.get(bare(typed.trim()))
  if (itself) return [itself]
  const wanted = spaced(fold(typed))
  if (wanted === '') return []
  const rankOf = HAN.test(wanted) ? chinese(wanted) : english(wanted, language)
  const ranked: Emoji[][] = []
  for (const one of set.all) {
    const rank = rankOf(one)
    if (rank !== null) (ranked[rank] ??= []).push(one)
  }
  return ranked.flat()
}

function english(wanted: string, language: 'en' | 'zh') {
  const begun = wanted.split(' ').map((word) => ` ${word}`)
  const isRead = language === 'zh' && wanted.length >= PINYIN_LETTERS_MIN
  return ({ words, tags, zh }: Emoji): number | null => {
    if (tags.includes(` :${wanted} `) || words === ` ${wanted} `) return CALLED
    if (words.startsWith(` ${wanted}`)) return BEGINS
    if (begun.every((word) => words.includes(word))) return NEAR
    if (tags.includes(` ${wanted} `)) return TAGGED
    if (
      begun.every(
        (word) => words.includes(word) || tags.includes(word) || tags.includes(` :${word.slice(1)}`),
      )
    )
      return PARTLY
    return isRead && pinyinRank(zh, wanted) > 0 ? READ : null
  }
}

function chinese(wanted: string) {
  return ({ zh, zhTags }: Emoji): number | null => {
    if (zh === wanted) return CALLED
    if (zh.startsWith(wanted)) return BEGINS
    // Within a longer label a character may say another thing: 爱 is love, and in 爱沙尼亚 no more than a sound.
    if (zhTags.includes(`,${wanted},`)) return NEAR
    if (zh.includes(wanted)) return TAGGED
    return zhTags.includes(wanted) ? PARTLY : null
  }
}
