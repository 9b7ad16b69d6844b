/**
 * The HTTP requests of docs/protocol.md, one function each. Every one answers the parsed body or throws
 * a `Refusal`; nothing here touches the page.
 */
import type {
  BoxInfo,
  ErrorBody,
  ErrorCode,
  HistoryPage,
  Me,
  Room,
  RoomId,
  RoomPage,
  Seq,
  Session,
  SessionEnd,
  User,
  UserId,
} from '../protocol'
import { patience } from './patience.svelte'
import { toJson } from './wellFormed'

/**
 * `unreachable`: no answer came from the box. `unexpected`: one came that the protocol does not know. `cookies_blocked`:
 * this browser would not keep what the box gives it, so nothing was asked. `file_gone`: a file that was to be sent is not on
 * this device any more, or not as it was.
 */
export type FaultCode = ErrorCode | 'unreachable' | 'unexpected' | 'cookies_blocked' | 'file_gone'

/** Why something asked of the box was not done. `message` is English, for logs; show words for `code`. */
export class Refusal extends Error {
  readonly code: FaultCode
  /** When another try makes sense, in milliseconds from now. */
  readonly retryMs: number | undefined
  /** With `in_use_elsewhere`: where. */
  readonly sessions: readonly Session[]
  /** With `not_signed_in`: why no more, if one was. */
  readonly ended: SessionEnd | undefined

  constructor(
    code: FaultCode,
    message = code as string,
    retryMs?: number,
    sessions: readonly Session[] = [],
    ended?: SessionEnd,
  ) {
    super(message)
    this.name = 'Refusal'
    this.code = code
    this.retryMs = retryMs
    this.sessions = sessions
    this.ended = ended
  }
}

/** The code of anything that was thrown: what a screen shows words for. */
export function faultCode(thrown: unknown): FaultCode {
  return thrown instanceof Refusal ? thrown.code : 'unexpected'
}

/** Milliseconds until a request without an answer counts as unreachable. */
const ANSWER_WAIT_MS = 15_000
/** The same for a picture, which has to cross a slow Wi-Fi first. */
const UPLOAD_WAIT_MS = 120_000

/** Who this box is. Needs no session. */
export const box = () => ask<BoxInfo>('GET', '/api/box')

export const logout = () => ask<void>('POST', '/api/logout')

export const me = () => ask<Me>('GET', '/api/me')

export const people = () => ask<{ people: User[] }>('GET', '/api/people').then((answer) => answer.people)
/** Rooms one is in that are not archived, the newest first: those with an id below `before`. */
export const joinedRooms = (before?: RoomId) => ask<RoomPage>('GET', `/api/rooms/joined?${query({ before })}`)
/** One room one is in. */
export const room = (id: RoomId) =>
  ask<{ room: Room }>('GET', `/api/rooms/${id}`).then((answer) => answer.room)

/** At most one of them; none means the newest. `after_at`: from the first message on that was sent then or later. */
export type HistoryPlace = { before?: Seq; after?: Seq; around?: Seq; around_n?: number; after_at?: number }

/** A page of a room's messages in ascending order; `limit` is 1 to 100. */
export const history = (room: RoomId, place: HistoryPlace, limit: number) =>
  ask<HistoryPage>('GET', `/api/rooms/${room}/messages?${query({ ...place, limit })}`)

/** Differences below this may be the network's. */
const SKEW_MS_MIN = 5_000
let skewMs = 0

/** What the box's clock says now, as far as its last answer told: a board may have woken up in the past. */
export const boxNow = () => Date.now() + skewMs

function followClock(now: string | null): void {
  if (now === null) return
  const skew = Number(now) - Date.now()
  skewMs = Math.abs(skew) > SKEW_MS_MIN ? skew : 0
}

/** Where a person's picture is, at 32, 96 or 256 pixels; null without one. */
export function pictureUrl(user: UserId, picture: number, size: 32 | 96 | 256): string | null {
  return picture === 0 ? null : `/pictures/${user}/${picture}/${size}`
}

/** What follows the question mark of an address. */
export function query(values: { readonly [key: string]: string | number | undefined }): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(values)) if (value !== undefined) search.set(key, String(value))
  return search.toString()
}

type Asking = { signal?: AbortSignal | undefined; waitMs?: number }

/** One request; for what only some screens ask, in `apiBox.ts`. A read that the box is too busy for is asked again. */
export function ask<T>(method: string, path: string, body?: object | Blob, asking: Asking = {}): Promise<T> {
  const once = () => askOnce<T>(method, path, body, asking)
  return method === 'GET' ? patience.ask(once, busyFor, asking.signal) : once()
}

/** When to ask again after this, in milliseconds where the box says it; null when asking again is no help. */
function busyFor(refusal: unknown): number | undefined | null {
  return refusal instanceof Refusal && refusal.code === 'busy' ? refusal.retryMs : null
}

async function askOnce<T>(
  method: string,
  path: string,
  body: object | Blob | undefined,
  { signal, waitMs }: Asking,
): Promise<T> {
  const isFile = body instanceof Blob
  const timeout = AbortSignal.timeout(waitMs ?? (isFile ? UPLOAD_WAIT_MS : ANSWER_WAIT_MS))
  const init: RequestInit = {
    method,
    signal: signal ? either(signal, timeout) : timeout,
    // A change is not cut off by leaving the page. (A browser takes 64 KiB of such bodies.)
    keepalive: method !== 'GET' && !isFile,
  }
  if (isFile) {
    init.body = body
    init.headers = { 'content-type': body.type || 'application/octet-stream' }
  } else if (body !== undefined) {
    init.body = toJson(body)
    init.headers = { 'content-type': 'application/json' }
  }
  let answer: Response
  let text: string
  try {
    answer = await fetch(path, init)
    text = await answer.text()
  } catch (thrown) {
    if (signal?.aborted) throw thrown
    throw new Refusal('unreachable')
  }
  followClock(answer.headers.get('porch-now'))
  if (!answer.ok) throw refusalIn(answer.status, text)
  if (text === '') return undefined as T
  try {
    return JSON.parse(text) as T
  } catch {
    throw new Refusal('unexpected', 'no JSON')
  }
}

function refusalIn(status: number, text: string): Refusal {
  try {
    const { error } = JSON.parse(text) as ErrorBody
    // A code that this page does not know yet is shown as something unexpected.
    return new Refusal(error.code, error.message, error.retry_ms, error.sessions, error.ended)
  } catch {
    // Not the box's own words: a proxy, or a page between us and the box.
  }
  return new Refusal('unexpected', `status ${status}`)
}

/** `AbortSignal.any` is younger than the browsers we serve. */
function either(one: AbortSignal, other: AbortSignal): AbortSignal {
  const both = new AbortController()
  for (const signal of [one, other]) {
    if (signal.aborted) both.abort(signal.reason)
    else signal.addEventListener('abort', () => both.abort(signal.reason), { once: true })
  }
  return both.signal
}
