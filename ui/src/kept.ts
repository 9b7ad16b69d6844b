/** What the page keeps on this device, wired to this browser. */
import { Kept } from './core/kept'
import type { KeptStorage } from './core/keptAccounts'
import { firstSeen } from './firstSeen'

/** The longest wait for a moment without work. */
const IDLE_MS_MAX = 1_000

export function kept(storage: KeptStorage | null): Kept {
  const cacheWriter = () =>
    firstSeen.then(() => import('./core/cacheWriter')).then(({ CacheWriter }) => CacheWriter)
  const kept = new Kept({ storage, name: 'porch', now: Date.now, idle, cacheWriter })
  addEventListener('storage', ({ key }) => kept.heard(key))
  return kept
}

/** Safari has no `requestIdleCallback`. */
function idle(call: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(call, { timeout: IDLE_MS_MAX })
  else setTimeout(call)
}
