/**
 * The WebSocket: hello, resume, heartbeat, and coming back. It knows nothing of rooms; it hands on what
 * the box says, and keeps the number to resume from.
 */
import { HEARTBEAT_INTERVAL_MS, HEARTBEAT_TTL_MS, PROTOCOL_VERSION } from '../limits'
import type { ClientMessage, ServerMessage, TabId } from '../protocol'
import { toJson } from './wellFormed'

/** Waits between attempts, in milliseconds; the last one repeats. Each is shortened or stretched by chance. */
export const BACKOFF_MS = [500, 1_000, 2_000, 4_000, 8_000] as const
/** The share of a wait that chance may take or add: keeps a room of phones from knocking all at once. */
const JITTER = 0.3
/** From the first byte to `welcome`. */
export const CONNECT_WAIT_MS = 5_000
/** How long a connection that slept with the device has to prove that it lives. */
export const WAKE_WAIT_MS = 5_000

/** Why no further attempt is made. */
export type Stop = 'taken_over' | 'signed_out' | 'version' | 'too_many' | 'fault'

export type Link =
  | { readonly is: 'idle' }
  | { readonly is: 'connecting' }
  | { readonly is: 'open' }
  /** `until` by the clock of `Date.now`. */
  | { readonly is: 'waiting'; readonly until: number }
  | { readonly is: 'stopped'; readonly why: Stop }

/** What the connection needs of the world: the browser's in the page, a test's own in tests. */
export type World = {
  open(): WebSocket
  now(): number
  /** 0 to 1. */
  chance(): number
  /** By what the box tells this tab from others. */
  readonly tab: TabId
}

export type Hearer = {
  heard(message: ServerMessage): void
  linkChanged(link: Link): void
  /** An attempt failed before the box said a word: it may be gone, or we may no longer be signed in. */
  unanswered(): void
}

const stops: { readonly [code: number]: Stop } = {
  1002: 'fault',
  1003: 'fault',
  1007: 'fault',
  1009: 'fault',
  4000: 'fault',
  4001: 'taken_over',
  4003: 'signed_out',
  4005: 'version',
  4008: 'too_many',
}
/** The box found that we flood it: the longest wait, at once. */
const FLOOD = 4006

export class Connection {
  /** The newest event seen: what `hello` resumes after. Null before the first welcome. */
  after: number | null = null

  #world: World
  #hearer: Hearer
  #link: Link = { is: 'idle' }
  #socket: WebSocket | null = null
  #welcomed = false
  #failures = 0
  #heardAt = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #heartbeat: ReturnType<typeof setTimeout> | undefined

  constructor(world: World, hearer: Hearer) {
    this.#world = world
    this.#hearer = hearer
  }

  get link(): Link {
    return this.#link
  }

  /** Begins, and keeps at it until `stop`. */
  start(): void {
    if (this.#link.is === 'idle' || this.#link.is === 'stopped') this.#connect()
  }

  /** Ends it from our side, at once: the box sees the close and not a silence. */
  stop(): void {
    this.#drop()
    this.#become({ is: 'idle' })
  }

  /** The network came back, or the page became visible: no more waiting, and no trust in an old socket. */
  wake(): void {
    if (this.#link.is === 'waiting') this.#connect()
    else if (this.#link.is === 'open' && this.#world.now() - this.#heardAt >= WAKE_WAIT_MS) this.#probe()
  }

  /** Sends when welcomed; says whether it did. */
  send(message: ClientMessage): boolean {
    if (!this.#welcomed || this.#socket?.readyState !== 1) return false
    this.#socket.send(toJson(message))
    return true
  }

  #connect(): void {
    this.#drop()
    this.#become({ is: 'connecting' })
    this.#timer = setTimeout(() => this.#lost(0), CONNECT_WAIT_MS)
    let socket: WebSocket
    try {
      socket = this.#world.open()
    } catch {
      this.#lost(0)
      return
    }
    this.#socket = socket
    socket.onopen = () => {
      const hello: ClientMessage = {
        type: 'hello',
        version: PROTOCOL_VERSION,
        tab: this.#world.tab,
        after: this.after,
      }
      socket.send(toJson(hello))
    }
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#take(event.data)
    }
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#lost(event.code)
    }
  }

  #take(frame: unknown): void {
    this.#heardAt = this.#world.now()
    let message: ServerMessage
    try {
      message = JSON.parse(String(frame)) as ServerMessage
    } catch {
      return
    }
    if (message.type === 'welcome') this.#welcome(message)
    // What comes before it would hide what is to be told first.
    else if (!this.#welcomed) return
    else if (message.type === 'events') for (const { seq } of message.events) this.#saw(seq)
    this.#hearer.heard(message)
  }

  #welcome(welcome: Extract<ServerMessage, { type: 'welcome' }>): void {
    clearTimeout(this.#timer)
    if (welcome.resume !== 'ok') this.after = welcome.seq
    this.#failures = 0
    this.#welcomed = true
    this.#listen(HEARTBEAT_INTERVAL_MS)
    this.#become({ is: 'open' })
  }

  #saw(seq: number): void {
    if (this.after === null || seq > this.after) this.after = seq
  }

  /** Looks at the silence again after `ms`: asks after 20 s of it, gives up after 45 s. */
  #listen(ms: number): void {
    clearTimeout(this.#heartbeat)
    this.#heartbeat = setTimeout(() => {
      const silence = this.#world.now() - this.#heardAt
      if (silence >= HEARTBEAT_TTL_MS) {
        this.#lost(0)
      } else if (silence >= HEARTBEAT_INTERVAL_MS) {
        this.send({ type: 'ping' })
        this.#listen(HEARTBEAT_TTL_MS - silence)
      } else {
        this.#listen(HEARTBEAT_INTERVAL_MS - silence)
      }
    }, ms)
  }

  /** After sleep a socket may look open and be dead: it has a few seconds to answer. */
  #probe(): void {
    const asked = this.#world.now()
    this.send({ type: 'ping' })
    clearTimeout(this.#heartbeat)
    this.#heartbeat = setTimeout(() => {
      if (this.#heardAt < asked) this.#lost(0)
      else this.#listen(HEARTBEAT_INTERVAL_MS)
    }, WAKE_WAIT_MS)
  }

  #lost(code: number): void {
    const answered = this.#welcomed
    this.#drop()
    const why = stops[code]
    if (why) {
      this.#become({ is: 'stopped', why })
      return
    }
    const step = code === FLOOD ? BACKOFF_MS.length : this.#failures
    const wait = this.#waitFor(step)
    this.#failures += 1
    this.#timer = setTimeout(() => this.#connect(), wait)
    this.#become({ is: 'waiting', until: this.#world.now() + wait })
    if (!answered) this.#hearer.unanswered()
  }

  #waitFor(step: number): number {
    const base = BACKOFF_MS[Math.min(step, BACKOFF_MS.length - 1)]!
    return Math.round(base * (1 - JITTER + 2 * JITTER * this.#world.chance()))
  }

  #drop(): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#heartbeat)
    this.#welcomed = false
    const socket = this.#socket
    this.#socket = null
    if (!socket) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
  }

  #become(link: Link): void {
    this.#link = link
    this.#hearer.linkChanged(link)
  }
}
