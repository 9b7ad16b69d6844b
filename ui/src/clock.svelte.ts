/** The reader's day: texts like "Today" depend on it and change at midnight. */
import { nextMidnight } from './i18n'

/** Timers that sleep with a laptop may be late: look again at least this often. */
const LOOK_AGAIN_MS = 15 * 60_000

let day = $state(Date.now())

function follow(): void {
  const now = Date.now()
  setTimeout(
    () => {
      if (Date.now() >= nextMidnight(day)) day = Date.now()
      follow()
    },
    Math.min(LOOK_AGAIN_MS, nextMidnight(now) - now + 50),
  )
}

follow()

/** A moment of today; whoever asks is told when the day changes. */
export function today(): number {
  return day
}
