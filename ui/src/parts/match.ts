/** Finding people and rooms by what someone types of their name. Pure. */
import { fold } from './fold'
import { pinyinRank } from './pinyin'

/**
 * How well a name fits: 3 begins with the words, 2 one of its words does, 1 holds them, 0 not at all. A Chinese name also
 * fits by how it is read.
 */
export function matchRank(name: string, typed: string): 0 | 1 | 2 | 3 {
  return rankOf(name, fold(typed))
}

/** `wanted` is folded: among many names that is done once. */
function rankOf(name: string, wanted: string): 0 | 1 | 2 | 3 {
  const folded = fold(name)
  const written = rankAsWritten(folded, wanted)
  if (written === 3) return written
  const read = pinyinRank(folded, wanted)
  return read > written ? read : written
}

function rankAsWritten(folded: string, wanted: string): 0 | 1 | 2 | 3 {
  const at = folded.indexOf(wanted)
  if (at < 0) return 0
  if (at === 0) return 3
  return /[\s\-_.·]/.test(folded[at - 1] ?? '') ? 2 : 1
}

/** Those whose name fits, the best first, otherwise in the order given; all of them when nothing is typed. */
export function bestMatches<T>(all: readonly T[], nameOf: (one: T) => string, typed: string): T[] {
  if (typed.trim() === '') return [...all]
  const wanted = fold(typed)
  const ranked = all.map((one) => ({ one, rank: rankOf(nameOf(one), wanted) }))
  return ranked
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .map(({ one }) => one)
}
