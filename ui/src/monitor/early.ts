/**
 * Hears from the first line on what fails in this page, and keeps it until the monitor is there: that is loaded when there
 * is something to tell, or well after the messages are seen. Part of the first load, and so as little as can be.
 */

export type Failed = ErrorEvent | PromiseRejectionEvent

/** What fails more often before anything is there says nothing new. */
const KEPT_MAX = 10
const LOADED_AFTER_MS = 5_000

const kept: Failed[] = []

/** What takes the place of this is the monitor's. */
let hear = (event: Failed) => {
  if (kept.length < KEPT_MAX && kept.push(event)) load()
}

function load() {
  import('./monitor').then(
    (module) => {
      hear = module.startMonitor(kept)
    },
    // The next error tries again. Caught right here, so that it is no reason to load the page anew (see main.ts).
    () => {},
  )
}

for (const what of ['error', 'unhandledrejection']) addEventListener(what, (event) => hear(event as Failed))
setTimeout(load, LOADED_AFTER_MS)
