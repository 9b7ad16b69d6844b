/**
 * The first moment at which the person sees what they came for. What may be needed after it (menus, notices, the focus of a
 * field) is not loaded and not done before it: on a slow phone everything waits for everything.
 */

/** However long nothing is seen: the box may be away. */
const WAIT_MS_MAX = 5_000

let isSeen = false
let resolve: () => void
/** Resolves when it was seen and the browser has nothing else to do. */
export const firstSeen = new Promise<void>((resolved) => {
  resolve = () => {
    isSeen = true
    resolved()
  }
})

/** Whether that moment has come. */
export const hasSeen = () => isSeen
setTimeout(seen, WAIT_MS_MAX)

/** It is on the screen now. */
export function seen(): void {
  // Safari has no `requestIdleCallback`.
  if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: WAIT_MS_MAX })
  else setTimeout(resolve)
}
