/**
 * Coming in that was under way when its page was left: the box has done it all the same, and the browser has taken the
 * cookie, perhaps only after the next page has asked who is signed in.
 */
import { chat } from '../chat'
import { me } from '../core/api'
import { ATTEMPTS_KEY } from '../core/attemptsKey'

/** What began longer ago is over. */
const UNDER_WAY_MS_MAX = 60_000
/** Between two looks; a board takes some seconds for a password when a school comes in. */
const WAITS_MS = [300, 700, 1_000, 2_000, 4_000, 8_000] as const

/** Lets in whoever has come in so. */
export async function followLateEntry(): Promise<void> {
  if (!isUnderWay()) return
  for (const wait of WAITS_MS) {
    await new Promise((resolve) => setTimeout(resolve, wait))
    if (chat.phase === 'inside') return
    const isIn = await me().then(
      () => true,
      () => false,
    )
    if (isIn) return chat.entry.start()
  }
}

function isUnderWay(): boolean {
  try {
    const kept = JSON.parse(localStorage.getItem(ATTEMPTS_KEY) ?? '[]') as { readonly at: number }[]
    return kept.some(({ at }) => Math.abs(Date.now() - at) < UNDER_WAY_MS_MAX)
  } catch {
    return false
  }
}
