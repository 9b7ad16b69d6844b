/** Brings the set of all emoji when somebody first needs it: with 70 kB it is larger than the page itself. */
import { newestDrawn } from './drawn'
import { searchEmoji } from './search'
import { type EmojiSet, readSet } from './set'

/** Where the browser does not say when it is idle, the picker has been drawn by then. */
const DRAWN_MS = 300

let coming: Promise<EmojiSet> | null = null

export function loadEmoji(): Promise<EmojiSet> {
  coming ??= import('virtual:emoji').then(
    ({ default: lines }) => {
      const set = readSet(lines, newestDrawn())
      warmUp(set)
      return set
    },
    (fault: unknown) => {
      coming = null
      throw fault
    },
  )
  return coming
}

/** The first search takes several times as long as all others: it is made while nobody waits for it. */
function warmUp(set: EmojiSet) {
  const search = () => searchEmoji(set, 'e', 'en')
  // Safari has no `requestIdleCallback`.
  if ('requestIdleCallback' in window) requestIdleCallback(search)
  else setTimeout(search, DRAWN_MS)
}
