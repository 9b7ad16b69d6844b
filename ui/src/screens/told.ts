/**
 * What was said of the end of a session, and seen: the browser keeps the cookie, so that the box would say
 * it again each time the page is opened. Forgotten as soon as somebody comes in.
 */
import type { Ended } from '../core/entry.svelte'

const KEY = 'porch.told'

export function noteTold(ended: Ended | undefined): void {
  try {
    if (ended) localStorage.setItem(KEY, ended)
    else localStorage.removeItem(KEY)
  } catch {
    // Where nothing is stored it is said again.
  }
}

export function isTold(ended: Ended | undefined): boolean {
  try {
    return ended !== undefined && localStorage.getItem(KEY) === ended
  } catch {
    return false
  }
}
