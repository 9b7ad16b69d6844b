/**
 * Where one goes the focus goes too: to the heading of what one has chosen, unless that has taken it to a field of its own,
 * and to no heading while one writes. Needed once the messages are seen.
 */
import { tick } from 'svelte'
import { focusHeading } from './focusHeading'
import { detailsPath, type Route } from './router.svelte'
import { isWriting } from './writing'

/** A screen that takes longer comes when one is at something else. */
const WAIT_MS_MAX = 10_000

const WIDE = '(min-width: 600px)'

let shown: Route | null = null
/** What had the focus as the details of a room were opened beside it. */
let opener: Element | null = null
/** Counts arrivals: what waits for a screen that one has left is given up. */
let newest = 0

/** Call with each route that one has come to; `isOpening`, with the one at which the page was opened. */
export async function arrived(route: Route, isOpening: boolean): Promise<void> {
  const mine = ++newest
  const from = document.activeElement
  const before = shown
  shown = route
  if (isOpening) return
  await tick()
  if (before?.at === 'details' && route.at === 'room' && before.room === route.room) toOpener(before)
  if (route.at === 'details') opener = from
  const pane = paneOf(route)
  if (!isSame(before, route) && (await appears(pane, () => mine === newest))) toHeading(pane, from)
  else focusHeading(headingIn('#content'))
}

/** From the details back to what they were opened from, or would be. */
function toOpener({ room }: { room: number }): void {
  if (document.activeElement !== document.body) return
  const links = document.querySelectorAll(`#content header a[href="${detailsPath(room)}"]`)
  const found = opener?.isConnected && opener !== document.body ? opener : [...links].at(-1)
  if (found instanceof HTMLElement) found.focus()
}

/** Unless the screen has chosen otherwise, or the person. */
function toHeading(pane: string, from: Element | null): void {
  const { activeElement: active, body } = document
  if (active !== body && (active !== from || isWriting(active) || active?.closest(`${pane}, dialog[open]`)))
    return
  document.querySelector<HTMLElement>(headingIn(pane))?.focus({ preventScroll: true })
}

/** The pane in which the screen of a route is drawn. */
function paneOf({ at }: Route): string {
  if (!matchMedia(WIDE).matches) return '#content'
  if (at === 'details') return 'aside'
  return at === 'chats' || at === 'people' ? 'nav > .pane' : '#content'
}

const headingIn = (pane: string) => `${pane} h1, ${pane} [data-heading]`

/** Whether both are the same screen, which says something else at most. */
function isSame(one: Route | null, other: Route): boolean {
  return one !== null && screenOf(one) === screenOf(other)
}

function screenOf(route: Route): string {
  const of =
    'room' in route ? route.room : 'user' in route ? route.user : 'invite' in route ? route.invite : ''
  return `${route.at} ${of}`
}

/** Waits for the heading of a pane, and for what its screen does as it comes; says whether it came. */
async function appears(pane: string, isWanted: () => boolean): Promise<boolean> {
  const isThere = () => document.querySelector(headingIn(pane)) !== null
  if (!isThere()) {
    await new Promise<void>((resolve) => {
      const end = () => {
        observer.disconnect()
        clearTimeout(timer)
        resolve()
      }
      const observer = new MutationObserver(() => (isThere() || !isWanted()) && end())
      const timer = setTimeout(end, WAIT_MS_MAX)
      observer.observe(document.body, { childList: true, subtree: true })
    })
    await tick()
  }
  return isWanted() && isThere()
}
