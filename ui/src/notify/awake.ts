/**
 * Keeps the screen on while the page is in front of it, for a desk or a wall: a screen that sleeps tells of nothing. The
 * browser takes the lock back whenever the page is hidden, or the battery is low; it is asked for again when that is over.
 * (Screen Wake Lock API, W3C)
 */
let held: Promise<WakeLockSentinel | null> | null = null

/** Only pages that the browser trusts have it. */
export const canStayAwake = () => 'wakeLock' in navigator

/** From now on the screen stays on, or may sleep. */
export function stayAwake(isWanted: boolean): void {
  if (isWanted && canStayAwake()) {
    held ??= take()
    return
  }
  const before = held
  held = null
  void before?.then((lock) => lock?.release())
}

function take(): Promise<WakeLockSentinel | null> {
  const gone = () => {
    if (held === asked) held = null
  }
  const asked = navigator.wakeLock.request('screen').then(
    (lock) => {
      lock.addEventListener('release', gone)
      return lock
    },
    () => {
      gone()
      return null
    },
  )
  return asked
}
