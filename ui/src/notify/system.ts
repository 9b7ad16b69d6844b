/**
 * Notifications of the system, by the page's service worker where there is one: Android shows no others, and a press on one
 * finds its way when the page is closed. Where the browser refused the worker, the page shows them itself.
 */
import type { Seq } from '../protocol'
import type { UpTo } from './decide'
import { exclusively } from './tabs'

/** What a notification is about: by it one is closed that tells nothing new any more. */
export type About = {
  /** Where a press leads. */
  readonly path: string
  /** Up to which message of each room it tells; what an older page has shown says nothing of calls. */
  readonly rooms: readonly UpTo[]
  /** Those that it was made of, so far as one may look for them. */
  readonly messages: readonly Seq[]
}

/** Why there are none, or whether they may be shown. */
export type Allowed = 'granted' | 'denied' | 'default' | 'unknown'

/** Shown by the page itself. */
const own = new Map<string, Notification>()

/** What the browser says; `unknown`: it has none for this page. */
export function allowed(): Allowed {
  return 'Notification' in window && isSecureContext ? Notification.permission : 'unknown'
}

/** Asks the person, by the browser's own question. Only a press may lead to this. */
export async function askToShow(): Promise<Allowed> {
  try {
    return await Notification.requestPermission()
  } catch {
    return allowed()
  }
}

/** How one meets what was shown; `isWanted`: whoever it is for is still here. */
export type Follow = { readonly isWanted: () => boolean; readonly onpress: (path: string) => void }

export async function show(
  tag: string,
  title: string,
  options: NotificationOptions & { renotify?: boolean; data: About },
  { isWanted, onpress }: Follow,
): Promise<void> {
  if (allowed() !== 'granted') return
  const all = { ...options, tag, icon: '/icon-192.png', badge: '/icon-192.png' }
  try {
    const worker = await registration()
    if (!isWanted()) return
    if (worker?.active) {
      await worker.showNotification(title, all)
      // It was not there yet when the others were closed.
      if (!isWanted()) for (const late of await worker.getNotifications({ tag })) late.close()
      return
    }
    const shown = new Notification(title, all)
    own.set(tag, shown)
    shown.onclose = () => own.get(tag) === shown && own.delete(tag)
    shown.onclick = () => {
      shown.close()
      window.focus()
      onpress(options.data.path)
    }
  } catch {
    // A system that shows none after all, such as a phone without the worker: the page's own count and tone remain.
  }
}

/**
 * Closes those of which `isOver` says that they tell nothing new any more; gives how many are left. Not while a tab is
 * telling something: Chromium forgets for good what is on its way to the screen when it is asked for what is there.
 */
export async function closeThose(isOver: (about: About) => boolean): Promise<number> {
  if (allowed() !== 'granted') return 0
  const worker = await registration().catch(() => undefined)
  let left = 0
  await exclusively(async () => {
    const shown = [...((await worker?.getNotifications().catch(() => [])) ?? []), ...own.values()]
    for (const one of shown) {
      const about = one.data as About | null
      if (about?.rooms && isOver(about)) one.close()
      else left += 1
    }
  })
  return left
}

/** In a busy room one reads with every picture, and each look at what is shown is a call to the system. */
const CLOSE_INTERVAL_MS = 1_000

/** Closes what is over: at once, then at most so often, and not at all while nothing can be there. */
export class Closer {
  /** Something has come that may be shown, by whatever tab; or a page before this one has shown it. */
  #isNeeded = true

  #isOver: ((about: About) => boolean) | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  close(isOver: (about: About) => boolean): void {
    if (!this.#isNeeded) return
    this.#isOver = isOver
    if (this.#timer === undefined) this.#next()
  }

  /** Something is on its way to the screen, by whatever tab: Chromium forgets what is looked for before it is there. */
  expect(): void {
    this.#isNeeded = true
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#next(), CLOSE_INTERVAL_MS)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#isOver = null
  }

  #next(): void {
    const isOver = this.#isOver
    this.#isOver = null
    this.#timer = undefined
    if (!isOver) return
    this.#timer = setTimeout(() => this.#next(), CLOSE_INTERVAL_MS)
    this.#isNeeded = false
    void closeThose(isOver).then((left) => {
      this.#isNeeded ||= left > 0
    })
  }
}

/** Calls with the path of a notification that was pressed, while the page was there. */
export function followPresses(go: (path: string) => void): () => void {
  const hear = ({ data }: MessageEvent<{ readonly path?: unknown } | null>) => {
    if (typeof data?.path === 'string' && data.path.startsWith('/')) go(data.path)
  }
  navigator.serviceWorker?.addEventListener('message', hear)
  return () => navigator.serviceWorker?.removeEventListener('message', hear)
}

function registration(): Promise<ServiceWorkerRegistration | undefined> {
  return navigator.serviceWorker?.getRegistration() ?? Promise.resolve(undefined)
}
