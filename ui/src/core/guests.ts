/** Guests and their stays. Times are the box's: `boxNow()` is the clock they are compared with. */
import type { User } from '../protocol'

/** Before the end of a stay by this much the guest is told. */
export const STAY_NOTICE_MS = 60 * 60_000

/** Whether this person has gone: their name stays on what they wrote, and nowhere else. */
export function hasEnded(user: Pick<User, 'ends_at'>, boxNow: number): boolean {
  return user.ends_at !== null && user.ends_at <= boxNow
}

/** Milliseconds until the end of a stay is worth a word; 0 when it is now, null when there is no end. */
export function untilNotice(user: Pick<User, 'ends_at'>, boxNow: number): number | null {
  return user.ends_at === null ? null : Math.max(0, user.ends_at - STAY_NOTICE_MS - boxNow)
}
