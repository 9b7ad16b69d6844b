/**
 * The shell of the page, kept so that it opens while the box is away. Only the page itself: what was
 * said is asked of the box each time. VERSION and FILES are put in by the build.
 */
const CACHE = `porch-${VERSION}`
/** A box that takes longer than this to hand out the page counts as away. */
const PAGE_WAIT_MS = 3_000

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
    if (!/^\/(api|pictures|healthz|poster|p|ca\.\w+)(\/|$)/.test(url.pathname))
      event.respondWith(page(request))
  } else if (FILES.includes(url.pathname)) {
    event.respondWith(file(request))
  }
})

/** The page of the box when it answers in time, the kept one when it does not. */
async function page(request) {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(PAGE_WAIT_MS) })
  } catch {
    return (await caches.match('/', { cacheName: CACHE })) ?? Response.error()
  }
}

/** Hashed names never change: the kept file is the file. */
async function file(request) {
  const kept = await caches.match(request, { cacheName: CACHE })
  return kept ?? fetch(request)
}
