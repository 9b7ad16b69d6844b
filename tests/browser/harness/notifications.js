// Notifications and tones as a page has them, and whether it is seen.

/** In the page, before anything else: counts the tones that are heard, each of which has two notes. */
export function countTones() {
  window.tones = 0
  const { start } = AudioScheduledSourceNode.prototype
  AudioScheduledSourceNode.prototype.start = function (...when) {
    window.tones += 0.5
    return start.apply(this, when)
  }
}

/** In the page: resolves when it listens for what is to be told, which it lets other tabs know. */
export async function listens() {
  let names = []
  while (!names.includes('porch.visible'))
    names = (await navigator.locks.query()).held.map(({ name }) => name)
}

/** In the page: what is shown, the oldest first. */
export async function shown() {
  const registration = await navigator.serviceWorker.getRegistration()
  // As the page does: Chromium forgets one that is looked for while it is on its way to the screen.
  const shown = await navigator.locks.request('porch.notify', () => registration.getNotifications())
  return shown.map(({ title, body }) => `${title}: ${body.replaceAll(/[\u2068\u2069]/g, '')}`)
}

/** Shows the page, or hides it. */
export function setVisible(page, isVisible) {
  return page.evaluate(
    (state) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })
      document.dispatchEvent(new Event('visibilitychange'))
    },
    isVisible ? 'visible' : 'hidden',
  )
}
