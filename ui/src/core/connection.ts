/**
 * The WebSocket: hello, resume, heartbeat, and coming back. It knows nothing of rooms; it hands on what
 * the box says, and keeps the number to resume from.
 */
import { HEARTBEAT_INTERVAL_MS, PROTOCOL_VERSION } from '../limits'
import type { ClientMessage, Epoch, ServerMessage, TabId } from '../protocol'
import { toJson } from './wellFormed'

/** Waits between attempts, in milliseconds; the last one repeats. Each is shortened or stretched by chance. */
export const BACKOFF_MS = [500, 1_000, 2_000, 4_000, 8_000] as const
/** The share of a wait that chance may take or add: keeps a room of phones from knocking all at once. */
const JITTER = 0.3
/** From the first byte to `welcome`. */
export const CONNECT_WAIT_MS = 5_000
/** How long a connection that slept with the device has to prove that it lives. */
export const WAKE_WAIT_MS = 5_000
/** How long the box may say nothing at all to what must be answered, before that is told. */
export const ANSWER_WAIT_MS = 5_000
/** How long after that, before the connection is taken for dead: a box under load is not helped by another hello. */
export const SILENCE_MS_MAX = 10_000

/** Why no further attempt is made. */
export type Stop = 'taken_over' | 'signed_out' | 'version' | 'too_many' | 'fault'

export type Link =
  | { readonly is: 'idle' }
  | { readonly is: 'connecting' }
  | { readonly is: 'open' }
  /** Open, and the box does not answer. */
  | { readonly is: 'silent' }
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
  /** Calls once before the next picture is drawn, or soon where none is. */
  frame(call: () => void): void
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
/** What the box answers, if it is only that it has heard. */
const ANSWERED: ReadonlySet<ClientMessage['type']> = new Set(['command', 'ping', 'send'])
/** The box found that we flood it: the longest wait, at once. */
const FLOOD = 4006

export class Connection {
  /** The newest event seen: what `hello` resumes after. Null before the first welcome. */
  after: number | null = null
  /** The box's run in which it was told; unknown of a page that was kept by an older one. */
  epoch: Epoch | null = null

  #world: World
  #hearer: Hearer
  #link: Link = { is: 'idle' }
  #socket: WebSocket | null = null
  #welcomed = false
  #failures = 0
  #heardAt = 0
  /** Until when the box is to say something, and what it is when it does not. Null while nothing is asked of it. */
  #asked: { readonly until: number; readonly next: 'silent' | 'lost' } | null = null
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
    else if (this.#welcomed && this.#world.now() - this.#heardAt >= WAKE_WAIT_MS)
      this.#probe(WAKE_WAIT_MS, 'lost')
  }

  /** Sends when welcomed; says whether it did. */
  send(message: ClientMessage): boolean {
    if (!this.#welcomed || this.#socket?.readyState !== 1) return false
    this.#socket.send(toJson(message))
    if (ANSWERED.has(message.type) && !this.#asked) this.#await(ANSWER_WAIT_MS, 'silent')
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
        epoch: this.epoch,
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
    this.#asked = null
    if (this.#link.is === 'silent') this.#become({ is: 'open' })
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
    this.epoch = welcome.epoch
    this.#failures = 0
    this.#welcomed = true
    this.#listen()
    this.#become({ is: 'open' })
  }

  #saw(seq: number): void {
    if (this.after === null || seq > this.after) this.after = seq
  }

  /** Looks again when the silence has become too long: of a box that has nothing to say, or that was asked. */
  #listen(): void {
    clearTimeout(this.#heartbeat)
    const until = this.#asked?.until ?? this.#heardAt + HEARTBEAT_INTERVAL_MS
    this.#heartbeat = setTimeout(() => this.#judge(), until - this.#world.now())
  }

  #judge(): void {
    const now = this.#world.now()
    if (now < (this.#asked?.until ?? this.#heardAt + HEARTBEAT_INTERVAL_MS)) this.#listen()
    else if (!this.#asked) this.#probe(ANSWER_WAIT_MS, 'silent')
    else if (this.#asked.next === 'lost') this.#lost(0)
    else {
      this.#become({ is: 'silent' })
      this.#probe(SILENCE_MS_MAX, 'lost')
    }
  }

  /** Asks for a sign of life, within `ms`. After sleep, too, a socket may look open and be dead. */
  #probe(ms: number, next: 'silent' | 'lost'): void {
    this.#await(ms, next)
    this.send({ type: 'ping' })
  }

  #await(ms: number, next: 'silent' | 'lost'): void {
    this.#asked = { until: this.#world.now() + ms, next }
    this.#listen()
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
    this.#asked = null
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
