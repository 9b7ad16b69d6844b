/** How many unread messages there are, where it is seen without looking at the page: title, icon, app badge. */
import { formatCount } from './i18n'

/** Between two changes: each is told to the browser and to the system, and in a busy room there are many. */
const INTERVAL_MS = 1_000

let timer: ReturnType<typeof setTimeout> | undefined
/** What the title says. */
let named = ''
let late: (() => void) | null = null

export function badge(place: string, box: string, unread: number): void {
  late = () => show(place, box, unread)
  // A place is said at once; that there is none may only mean that its screen is on its way.
  if (place && (timer === undefined || place !== named)) next()
  else timer ??= setTimeout(next, INTERVAL_MS)
}

function next(): void {
  clearTimeout(timer)
  timer = undefined
  if (!late) return
  late()
  late = null
  timer = setTimeout(next, INTERVAL_MS)
}

function show(place: string, box: string, unread: number): void {
  named = place
  const title = !place || place.includes(box) ? place || box : `${place} · ${box}`
  document.title = unread > 0 ? `(${formatCount(unread)}) ${title}` : title
  const icon = document.querySelector<HTMLLinkElement>('#icon')
  const href = unread > 0 ? '/icon-unread.svg' : '/icon.svg'
  if (icon && icon.getAttribute('href') !== href) icon.setAttribute('href', href)
  // Only installed pages have an app badge; some browsers refuse it.
  if ('setAppBadge' in navigator) navigator.setAppBadge(unread).catch(() => {})
}
