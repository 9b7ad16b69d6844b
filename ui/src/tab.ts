/**
 * What tells this tab from others, over reloads. It is in the tab's storage only while no page is there: a copy of a tab,
 * which gets a copy of its storage, becomes a tab of its own.
 */
import type { TabId } from './protocol'

const KEY = 'porch.tab'

/** This tab's number until the page goes. */
export function takeTab(): TabId {
  try {
    const kept = sessionStorage.getItem(KEY)
    sessionStorage.removeItem(KEY)
    if (kept) return Number(kept)
  } catch {
    // A browser that stores nothing has a new tab with each page.
  }
  return Math.floor(Math.random() * Number.MAX_SAFE_INTEGER)
}

/** Leaves the number to the next page in this tab. */
export function leaveTab(tab: TabId): void {
  try {
    sessionStorage.setItem(KEY, String(tab))
  } catch {
    // As above.
  }
}
