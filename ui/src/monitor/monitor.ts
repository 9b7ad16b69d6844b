/**
 * The monitor of this page: what fails and how quick it is, told to the box in small beacons. Never what somebody wrote:
 * see `toldError.ts` for what is left of an error.
 */
import { version } from '../../package.json'
import { chat } from '../chat'
import { router } from '../router.svelte'
import { Batch } from './batch'
import type { Failed } from './early'
import { followLink } from './link.svelte'
import { sendBeacon } from './send'
import { followTimes } from './times'
import { toldError } from './toldError'

let hear: ((event: Failed) => void) | undefined

/** Takes over what failed so far; gives what hears the rest. Once begun, it goes on. */
export function startMonitor(kept: Failed[]): (event: Failed) => void {
  if (hear) return hear
  const batch = new Batch({
    version,
    send: sendBeacon,
    // While the page knows that the box is away, it need not ask. (A page that is being left has let go of it already.)
    mayReach: () => chat.phase !== 'inside' || !['connecting', 'waiting'].includes(chat.link.is),
  })
  hear = (event) => {
    const error = toldError(event, location.origin)
    if (error) batch.error(error, screen())
  }
  kept.splice(0).forEach(hear)
  followTimes(batch)
  followLink(batch)
  // The last that a page hears, also when it is left; after `followTimes` has heard it.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') batch.flush()
  })
  return hear
}

/** What kind of place is shown: never which. */
function screen(): string {
  const { at } = router.route
  return chat.phase === 'inside' ? at : `${chat.phase}.${at}`
}
