/** How it stands with the files of a message that are on their way. Pure. */
import type { Link } from '../core/connection'
import type { Sending } from '../core/uploads.svelte'

export type Standing = 'goes' | 'paused' | 'waits'

export function standingOf(
  sending: Pick<Sending, 'paused' | 'resting'> | undefined,
  link: Link['is'],
): Standing {
  if (sending?.paused) return 'paused'
  // A box that is only silent may be so for all that goes out to it.
  const isAway = link !== 'open' && link !== 'silent'
  return isAway || sending?.resting ? 'waits' : 'goes'
}

/** As it is said where there is place for it. */
export const COME = { goes: 'sending.come', paused: 'sending.pausedAt', waits: 'sending.waitsAt' } as const
