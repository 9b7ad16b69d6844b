/**
 * A box for tests: a real WebSocket server on loopback that says what a test tells it to. Everything is
 * awaited by what arrives, never by time.
 */
import type { AddressInfo } from 'node:net'
import { WebSocket as Client, type WebSocket as Peer, WebSocketServer } from 'ws'
import { PROTOCOL_VERSION } from '../../limits'
import type {
  ClientMessage,
  Command,
  Event,
  Message,
  Room,
  RoomSettings,
  ServerMessage,
  User,
} from '../../protocol'

export const ada: User = {
  id: 1,
  name: 'Ada',
  role: 'owner',
  picture: 0,
  since: 1_790_000_000_000,
  ends_at: null,
}
export const grace: User = {
  id: 2,
  name: 'Grace',
  role: 'member',
  picture: 0,
  since: 1_790_000_000_000,
  ends_at: null,
}

/** A room; its settings may be given as if they were fields of it. */
export function room({
  archived = false,
  guests = false,
  name = '',
  ...changes
}: Partial<Room & RoomSettings> = {}): Room {
  return {
    id: 1,
    kind: 'everyone',
    settings: { archived, guests, name },
    role: 'member',
    may: ['write'],
    with: null,
    member_count: 2,
    last_n: 0,
    read_n: 0,
    deleted: [],
    last: null,
    joined_at: 1_780_000_000_000,
    ...changes,
  }
}

export function message(changes: Partial<Message> = {}): Message {
  return {
    id: 42,
    rev: changes.id ?? 42,
    room: 1,
    n: 1,
    author: 2,
    body: 'Hello porch',
    client_msg_id: '01J9Z3V5K8-a1',
    sent_at: 1_790_000_000_000,
    deleted: false,
    ...changes,
  }
}

/** The event that a message was written by. */
export const written = (message: Message): Event => ({
  seq: message.id,
  room: message.room,
  what: { type: 'message', ...message },
})

/** A message says something else. */
export const edition = (seq: number, what: Message): Event => ({
  seq,
  room: what.room,
  what: { type: 'edited', ...what },
})

export const deletion = (
  seq: number,
  { room, message, n }: { room: number; message: number; n: number },
): Event => ({ seq, room, what: { type: 'deleted', message, n } })

/** One connection as the box sees it. */
export class Guest {
  #peer: Peer
  #arrived: ClientMessage[] = []
  #asking: ((message: ClientMessage) => void)[] = []
  readonly closed: Promise<number>

  constructor(peer: Peer) {
    this.#peer = peer
    this.closed = new Promise((resolve) => peer.on('close', resolve))
    peer.on('message', (frame) => {
      const message = JSON.parse(frame.toString()) as ClientMessage
      const ask = this.#asking.shift()
      if (ask) ask(message)
      else this.#arrived.push(message)
    })
  }

  /** The next message of the client. */
  next(): Promise<ClientMessage> {
    const message = this.#arrived.shift()
    return message ? Promise.resolve(message) : new Promise((resolve) => this.#asking.push(resolve))
  }

  /** The next message, which must be of this type. */
  async expect<T extends ClientMessage['type']>(type: T): Promise<Extract<ClientMessage, { type: T }>> {
    const message = await this.next()
    if (message.type !== type) throw new Error(`expected ${type}, got ${JSON.stringify(message)}`)
    return message as Extract<ClientMessage, { type: T }>
  }

  /** The next message, which must ask for this. */
  async asked<T extends Command['type']>(
    type: T,
  ): Promise<{ re: number; command: Extract<Command, { type: T }> }> {
    const { re, command } = await this.expect('command')
    if (command.type !== type) throw new Error(`expected ${type}, got ${JSON.stringify(command)}`)
    return { re, command: command as Extract<Command, { type: T }> }
  }

  /** What has arrived and was not asked for yet. */
  get unread(): readonly ClientMessage[] {
    return this.#arrived
  }

  say(message: ServerMessage): void {
    this.#peer.send(JSON.stringify(message))
  }

  welcome(changes: Partial<Extract<ServerMessage, { type: 'welcome' }>> = {}): void {
    this.say({
      type: 'welcome',
      version: PROTOCOL_VERSION,
      server: '0.1.0',
      me: ada,
      newest_session: 1,
      seq: 0,
      epoch: 1,
      resume: 'fresh',
      rooms: [room()],
      archived: 0,
      more: false,
      ...changes,
    })
  }

  tell(...events: Event[]): void {
    this.say({ type: 'events', events })
  }

  /** Hears the client's `hello`, welcomes it, and gives what it wanted to resume after. */
  async greet(changes: Parameters<Guest['welcome']>[0] = {}): Promise<number | null> {
    const { after } = await this.expect('hello')
    this.welcome(changes)
    return after
  }

  close(code: number): void {
    this.#peer.close(code)
  }

  /** As when the cable is pulled: no close frame. */
  vanish(): void {
    this.#peer.terminate()
  }
}

export class Box {
  readonly url: string
  #server: WebSocketServer
  #arrived: Guest[] = []
  #asking: ((guest: Guest) => void)[] = []
  /** How many connections were made so far. */
  connections = 0

  private constructor(server: WebSocketServer) {
    this.#server = server
    this.url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`
    server.on('connection', (peer) => {
      this.connections += 1
      const guest = new Guest(peer)
      const ask = this.#asking.shift()
      if (ask) ask(guest)
      else this.#arrived.push(guest)
    })
  }

  static async open(): Promise<Box> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    await new Promise((resolve) => server.on('listening', resolve))
    return new Box(server)
  }

  connect(): WebSocket {
    const client = new Client(this.url)
    // A browser's socket does not throw when nobody answers; it closes.
    client.on('error', () => {})
    return client as unknown as WebSocket
  }

  /** The next connection. */
  guest(): Promise<Guest> {
    const guest = this.#arrived.shift()
    return guest ? Promise.resolve(guest) : new Promise((resolve) => this.#asking.push(resolve))
  }

  close(): Promise<void> {
    for (const peer of this.#server.clients) peer.terminate()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }
}
