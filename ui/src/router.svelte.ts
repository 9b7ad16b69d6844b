/**
 * Where the person is, as the address says: the history API, plain paths, no library. Every place a
 * person may want to come back to or send to another has its own address.
 */
import type { Gallery, RoomId, Seq, UserId } from './protocol'

export type Route =
  | { at: 'chats' }
  | { at: 'room'; room: RoomId; message: Seq | null }
  | { at: 'details'; room: RoomId }
  | { at: 'gallery'; room: RoomId; gallery: Gallery }
  | { at: 'people' }
  | { at: 'person'; user: UserId }
  | { at: 'me' }
  /** `query`: what is searched, as `search/address.ts` reads it. */
  | { at: 'search'; query: string }
  | { at: 'new-room' }
  | { at: 'new-chat' }
  | { at: 'join' }
  | { at: 'reset' }
  | { at: 'sign-in' }
  | { at: 'invited'; token: string }
  | { at: 'invites' }
  | { at: 'invite'; invite: number }
  | { at: 'new-invite' }
  | { at: 'box' }
  | { at: 'not-found' }

/**
 * An address as it was before it was passed on: chat programs take the full stop, the bracket or the words behind a link
 * for a part of it. The box has the same rule (`src/http/link.rs`): a token has 22 characters, and an id is a number.
 */
export function unglued(path: string): string {
  const invite = /^\/j\/[\w-]{22}(?![A-Za-z0-9])/.exec(path)
  const room =
    /^(\/r\/\d+(?:\/(?:\d+|details|pictures|sounds|files|links|pins))?)(?:%[\dA-F]{2}|[^A-Za-z\d])*$/i.exec(
      path,
    )
  return invite?.[0] ?? room?.[1] ?? path
}

/** The place an address names. */
export function parseRoute(path: string, query = ''): Route {
  const [first = '', second, third, ...more] = unglued(path)
    .replace(/^\/+|\/+$/g, '')
    .split('/')
  if (more.length > 0) return { at: 'not-found' }
  if (first === 'r' && second !== undefined) return parseRoom(second, third)
  if (third !== undefined) return { at: 'not-found' }
  if (first === 'j' && second !== undefined) return { at: 'invited', token: second }
  if (second !== undefined) {
    const id = parseId(second)
    if (id !== null && first === 'people') return { at: 'person', user: id }
    if (id !== null && first === 'invites') return { at: 'invite', invite: id }
    return { at: 'not-found' }
  }
  switch (first) {
    case '':
      return { at: 'chats' }
    case 'search':
      return { at: 'search', query: query.replace('?', '') }
    case 'people':
    case 'me':
    case 'box':
    case 'invites':
    case 'new-invite':
    case 'new-room':
    case 'new-chat':
    case 'join':
    case 'reset':
    case 'sign-in':
      return { at: first }
    default:
      return { at: 'not-found' }
  }
}

/** The address of a place: for `href`s and for `go`. */
export function pathTo(route: Route): string {
  switch (route.at) {
    case 'chats':
      return '/'
    case 'room':
      return route.message === null ? `/r/${route.room}` : `/r/${route.room}/${route.message}`
    case 'details':
      return `/r/${route.room}/details`
    case 'gallery':
      return `/r/${route.room}/${route.gallery}`
    case 'person':
      return `/people/${route.user}`
    case 'invited':
      return `/j/${route.token}`
    case 'invite':
      return `/invites/${route.invite}`
    case 'search':
      return `/search${route.query && `?${route.query}`}`
    case 'not-found':
      return '/not-found'
    default:
      return `/${route.at}`
  }
}

export const roomPath = (room: RoomId) => pathTo({ at: 'room', room, message: null })
export const messagePath = (room: RoomId, message: Seq) => pathTo({ at: 'room', room, message })
export const detailsPath = (room: RoomId) => pathTo({ at: 'details', room })
export const galleryPath = (room: RoomId, gallery: Gallery) => pathTo({ at: 'gallery', room, gallery })
export const personPath = (user: UserId) => pathTo({ at: 'person', user })

function parseRoom(second: string, third: string | undefined): Route {
  const room = parseId(second)
  if (room === null) return { at: 'not-found' }
  if (third === undefined) return { at: 'room', room, message: null }
  if (third === 'details') return { at: 'details', room }
  if (/^(pictures|sounds|files|links|pins)$/.test(third))
    return { at: 'gallery', room, gallery: third as Gallery }
  const message = parseId(third)
  return message === null ? { at: 'not-found' } : { at: 'room', room, message }
}

function parseId(text: string): number | null {
  const id = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : 0
  return id > 0 && id <= Number.MAX_SAFE_INTEGER ? id : null
}

class Router {
  route = $state.raw<Route>({ at: 'chats' })
  /** What is looked for in the room that is open; null while nothing is. */
  find = $state<string | null>(null)
  /** Counts every arrival, so that opening the same message link twice shows it twice. */
  arrivals = $state(0)
  /** Closes what lies over the page and has put a step into the history: the next step is taken back, and leads nowhere. */
  over: (() => void) | null = null
  /** How many steps back stay inside the page. */
  #depth = 0

  /** Reads the address and follows it from now on. Call once. */
  start(): void {
    this.#depth = depthIn(history.state)
    this.#read()
    addEventListener('popstate', (event) => {
      const { over } = this
      this.over = null
      if (over) return over()
      this.#depth = depthIn(event.state)
      this.#read()
    })
    document.addEventListener('click', (event) => this.#followLink(event))
  }

  /** Goes to a path of this page. `replace` leaves no step to come back to. */
  go(path: string, { replace = false }: { replace?: boolean } = {}): void {
    if (replace) {
      history.replaceState({ depth: this.#depth }, '', path)
    } else {
      this.#depth += 1
      history.pushState({ depth: this.#depth }, '', path)
    }
    this.#read()
  }

  /** One step back; to `fallback` when the page was opened right here. */
  back(fallback = '/'): void {
    if (this.#depth > 0) history.back()
    else this.go(fallback, { replace: true })
  }

  #read(): void {
    const path = unglued(location.pathname)
    if (path !== location.pathname) history.replaceState(history.state, '', path + location.search)
    this.route = parseRoute(location.pathname, location.search)
    this.find = new URLSearchParams(location.search).get('find')
    this.arrivals += 1
  }

  /** Plain `<a href="/…">` stay real links; an ordinary click on one does not load the page anew. */
  #followLink(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (link?.target !== '' || link.hasAttribute('download') || link.origin !== location.origin) return
    if (/^\/(api|pictures|ws|healthz|poster|p|ca\.\w+)(\/|$)/.test(link.pathname)) return
    event.preventDefault()
    const path = link.pathname + link.search
    this.go(path, { replace: path === location.pathname + location.search })
  }
}

function depthIn(state: unknown): number {
  const depth = state && typeof state === 'object' && 'depth' in state ? state.depth : 0
  return typeof depth === 'number' ? depth : 0
}

export const router = new Router()

/** Opens the search within a room. The step back from it leaves the messages where they are then. */
export function findIn(room: RoomId): void {
  router.go(roomPath(room), { replace: true })
  router.go(`${roomPath(room)}?find=`)
}
