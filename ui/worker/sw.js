/**
 * The shell of the page, kept so that it opens while the box is away; and the way back from a notification. Only the page
 * itself is kept: what was said is kept by the page (`ui/src/core/kept.ts`), which erases it when somebody signs out, and
 * closes the notifications it has shown. This worker hears of no message and shows none by itself. VERSION and FILES are put
 * in by the build.
 */
const CACHE = `porch-${VERSION}`
/**
 * A box that takes longer than this to hand out the page counts as away: whoever has walked out of its Wi-Fi would look
 * at nothing for as long. A box that is only slow loses nothing by it, as the kept page is the same but for an update.
 */
const PAGE_WAIT_MS = 500

self.addEventListener('install', (event) => {
  // What is asked of the box needs nothing from here, and should not wait until this is started: a page that is being left
  // is gone by then, and what it tells last with it. A browser that does not know this loses no more than that.
  event.addRoutes?.({ condition: { urlPattern: '/api/*' }, source: 'network' }).catch(() => {})
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES))
      .then(() => self.skipWaiting()),
  )
})

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  )
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== location.origin) return
  if (request.mode === 'navigate') {
    if (isScreen(url.pathname)) event.respondWith(page(request))
  } else if (FILES.includes(url.pathname)) {
    event.respondWith(file(request))
  }
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(lead(event.notification.data?.path ?? '/'))
})

/** To a tab that is there already, the one that shows the place first; to a new one where there is none. */
async function lead(path) {
  const all = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const tabs = all.filter(({ url }) => isScreen(new URL(url).pathname))
  const tab =
    tabs.find(({ url }) => new URL(url).pathname === path) ??
    tabs.find(({ visibilityState }) => visibilityState === 'visible') ??
    tabs[0]
  if (!tab) return self.clients.openWindow(path)
  tab.postMessage({ path })
  // Refused where nobody has pressed anything.
  return tab.focus().catch(() => {})
}

/** Whether an address is a screen of the page. */
function isScreen(path) {
  return !/^\/(api|pictures|healthz|poster|p|ca\.\w+)(\/|$)/.test(path)
}

/** The page of the box when it answers in time, the kept one when it does not. */
async function page(request) {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), PAGE_WAIT_MS)
  try {
    return await fetch(request, { signal: late.signal })
  } catch {
    return (await caches.match('/', { cacheName: CACHE })) ?? fetch(request)
  } finally {
    // What has begun to come is not cut off.
    clearTimeout(timer)
  }
}

/** Hashed names never change: the kept file is the file. */
async function file(request) {
  const kept = await caches.match(request, { cacheName: CACHE })
  return kept ?? fetch(request)
}
