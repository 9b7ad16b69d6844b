/**
 * Messages the box has not confirmed. They live in IndexedDB until their echo comes, and are sent again
 * with the same `client_msg_id` after a lost connection or a reload: the box stores each once.
 *
 * In each room one message at a time is on its way. That alone keeps the order, whatever the box refuses. A message whose
 * files are still being brought to the box is not on its way yet, and holds nothing up: what was written after it goes
 * first. Of two that are ready the one that was written first goes first.
 */
import { CLIENT_FRAME_BYTES_MAX } from '../limits'
import type { ClientMessage, ClientMsgId, NewAttachment, RoomId } from '../protocol'
import type { Account } from './account'
import type { FaultCode } from './api'
import type { Pending } from './room.svelte'
import { toJson } from './wellFormed'

/** What a message has beside its words. */
export type Beside = Pick<Pending, 'attachments' | 'reply_to'>

export type Stored = Pending & {
  readonly account: Account
  /** Its files, once all of them are on the box. */
  readonly brought?: NewAttachment[] | undefined
  /** The box had lost them, and they are brought once more. */
  readonly again?: boolean
}

/** Where unsent messages are kept between two lives of the page. */
export type OutboxStore = {
  all(account: Account): Promise<Stored[]>
  put(item: Stored): Promise<void>
  remove(id: ClientMsgId): Promise<void>
}

/** Brings the files of messages to the box; it is told of by `uploaded` and `refused`. */
export type OutboxUploads = {
  /** Begins with a message's files, unless it has begun. */
  begin(item: Stored): void
  /** The box is there again: what waits to be tried again waits no longer. */
  wake(): void
  /** This message is not wanted any more, and neither is what has come of it. */
  drop(item: Stored): void
  /** Whatever is to become of this message, its files have been brought or are not to be. */
  end(id: ClientMsgId): void
  /** Nobody is in any more: nothing goes on. */
  stop(): void
}

/** Refusals that pass by themselves: the box says when to try again. */
const PASSING: ReadonlySet<FaultCode> = new Set(['busy', 'slow_down'])
/** When it says nothing. */
const RETRY_MS = 1_000

export class Outbox {
  #store: OutboxStore
  #send: (message: ClientMessage) => boolean
  #changed: (room: RoomId, pending: readonly Pending[]) => void
  /** Comes later than this; files wait for it. */
  #uploads: OutboxUploads | null = null
  #account: Account = ''
  /** By room, in the order they were written. */
  #rooms = new Map<RoomId, Stored[]>()
  /** By room: what is on its way. */
  #inFlight = new Map<RoomId, ClientMsgId>()
  #waits = new Map<RoomId, ReturnType<typeof setTimeout>>()
  /** Readings of the store on their way, and what was confirmed meanwhile: they may still have it. */
  #loads = 0
  #confirmed = new Set<ClientMsgId>()

  constructor(
    store: OutboxStore,
    send: (message: ClientMessage) => boolean,
    changed: (room: RoomId, pending: readonly Pending[]) => void,
  ) {
    this.#store = store
    this.#send = send
    this.#changed = changed
  }

  /**
   * Takes up what this person left unsent, in another life of the page or in another tab, and stores what could not be
   * stored before. Without a working store there is nothing to take up.
   */
  async load(account: Account): Promise<void> {
    this.#account = account
    this.#loads += 1
    try {
      const stored = await this.#store.all(account)
      if (this.#account === account) this.#merge(stored)
    } catch {
      // As above.
    }
    this.#loads -= 1
    if (this.#loads === 0) this.#confirmed.clear()
  }

  /** From now on files are brought by these. */
  uploadBy(uploads: OutboxUploads): void {
    this.#uploads = uploads
    this.#nextEverywhere()
  }

  pendingIn(room: RoomId): readonly Pending[] {
    return this.#rooms.get(room) ?? []
  }

  /** How many wait, over all rooms. */
  get size(): number {
    let size = 0
    for (const items of this.#rooms.values()) size += items.length
    return size
  }

  add(room: RoomId, body: string, id: ClientMsgId, writtenAt: number, beside: Beside = {}): void {
    const item: Stored = {
      client_msg_id: id,
      room,
      body,
      written_at: writtenAt,
      failed: null,
      account: this.#account,
      ...beside,
    }
    this.#rooms.set(room, [...(this.#rooms.get(room) ?? []), item])
    this.#keep(item)
    this.#tell(room)
    this.#next(room)
  }

  /** All files of a message are on the box. */
  uploaded(id: ClientMsgId, brought: NewAttachment[]): void {
    const item = this.#find(id)
    if (!item) return
    this.#change({ ...item, brought })
    this.#next(item.room)
  }

  /** The box has it: its echo came. */
  confirmed(room: RoomId, id: ClientMsgId): void {
    if (this.#loads > 0) this.#confirmed.add(id)
    if (!this.#take(room, id)) return
    this.#landed(room, id)
  }

  /** The box would not have it: later for what passes, else it stays as failed until someone decides. */
  refused(id: ClientMsgId, code: FaultCode, retryMs: number | undefined): void {
    const item = this.#find(id)
    if (!item) return
    if (PASSING.has(code)) {
      this.#inFlight.delete(item.room)
      this.#nextAfter(item.room, retryMs ?? RETRY_MS)
      return
    }
    // What the box has lost is brought to it again, by itself once.
    const again = code === 'upload_unknown' && !item.again
    this.#change({ ...item, failed: again ? null : code, brought: undefined, again })
    this.#landed(item.room, id)
  }

  /** Tries a failed message again, in its old place. */
  retry(id: ClientMsgId): void {
    const item = this.#find(id)
    if (!item || item.failed === null) return
    this.#change({ ...item, failed: null })
    this.#next(item.room)
  }

  /** Gives a message up. One that is on its way may arrive all the same. */
  discard(id: ClientMsgId): void {
    const item = this.#find(id)
    if (!item) return
    this.#uploads?.drop(item)
    this.confirmed(item.room, id)
  }

  /** Gives up everything meant for a room that is gone. */
  discardRoom(room: RoomId): void {
    for (const item of [...this.pendingIn(room)]) this.discard(item.client_msg_id)
  }

  /** After welcome: what was on its way may be lost, so everything goes again. */
  connected(): void {
    this.disconnected()
    this.#uploads?.wake()
    this.#nextEverywhere()
  }

  /**
   * The box closed the connection over something it did not understand. What was on its way may be it:
   * sent again by itself it would close every connection to come.
   */
  faulted(): void {
    for (const id of [...this.#inFlight.values()]) {
      const item = this.#find(id)
      if (item) this.#change({ ...item, failed: 'bad_request' })
    }
  }

  disconnected(): void {
    this.#inFlight.clear()
    for (const wait of this.#waits.values()) clearTimeout(wait)
    this.#waits.clear()
  }

  /** Forgets everything in memory; what is stored stays. */
  close(): void {
    this.disconnected()
    this.#uploads?.stop()
    this.#rooms.clear()
    this.#account = ''
  }

  #merge(stored: readonly Stored[]): void {
    const ids = new Set(stored.map((item) => item.client_msg_id))
    for (const items of this.#rooms.values())
      for (const item of items) if (!ids.has(item.client_msg_id)) this.#keep(item)
    for (const item of stored)
      if (!this.#find(item.client_msg_id) && !this.#confirmed.has(item.client_msg_id)) this.#takeUp(item)
  }

  #takeUp(item: Stored): void {
    const { room } = item
    const items = [...(this.#rooms.get(room) ?? []), item]
    items.sort((a, b) => (a.client_msg_id < b.client_msg_id ? -1 : 1))
    this.#rooms.set(room, items)
    this.#tell(room)
    this.#next(room)
  }

  #nextEverywhere(): void {
    for (const room of this.#rooms.keys()) this.#next(room)
  }

  #next(room: RoomId): void {
    if (this.#inFlight.has(room) || this.#waits.has(room)) return
    const item = this.#rooms.get(room)?.find((other) => other.failed === null && this.#isReady(other))
    if (!item) return
    const { client_msg_id, body, brought: attachments, reply_to } = item
    const message: ClientMessage = { type: 'send', room, client_msg_id, body, attachments, reply_to }
    if (isTooLarge(message)) this.refused(client_msg_id, 'body_long', undefined)
    else if (this.#send(message)) this.#inFlight.set(room, client_msg_id)
  }

  /** Whether all that it brings is on the box; else it is on its way there from now on. */
  #isReady(item: Stored): boolean {
    if (!item.attachments || item.brought) return true
    this.#uploads?.begin(item)
    return false
  }

  #nextAfter(room: RoomId, ms: number): void {
    clearTimeout(this.#waits.get(room))
    this.#waits.set(
      room,
      setTimeout(() => {
        this.#waits.delete(room)
        this.#next(room)
      }, ms),
    )
  }

  #landed(room: RoomId, id: ClientMsgId): void {
    this.#uploads?.end(id)
    if (this.#inFlight.get(room) === id) this.#inFlight.delete(room)
    this.#next(room)
  }

  #find(id: ClientMsgId): Stored | undefined {
    for (const items of this.#rooms.values()) {
      const item = items.find((other) => other.client_msg_id === id)
      if (item) return item
    }
    return undefined
  }

  #take(room: RoomId, id: ClientMsgId): boolean {
    const items = this.#rooms.get(room)
    const left = items?.filter((item) => item.client_msg_id !== id)
    if (!items || !left || left.length === items.length) return false
    if (left.length > 0) this.#rooms.set(room, left)
    else this.#rooms.delete(room)
    this.#store.remove(id).catch(() => {})
    this.#tell(room)
    return true
  }

  #change(item: Stored): void {
    const items = this.#rooms.get(item.room) ?? []
    this.#rooms.set(
      item.room,
      items.map((other) => (other.client_msg_id === item.client_msg_id ? item : other)),
    )
    this.#keep(item)
    this.#tell(item.room)
  }

  /** A browser that stores nothing (private windows of some) still sends: only a reload would lose it. */
  #keep(item: Stored): void {
    this.#store.put(item).catch(() => {})
  }

  #tell(room: RoomId): void {
    this.#changed(room, this.pendingIn(room))
  }
}

function isTooLarge(message: ClientMessage): boolean {
  const text = toJson(message)
  // No character takes more than three bytes for each of its UTF-16 units: most need not be counted.
  return (
    text.length * 3 > CLIENT_FRAME_BYTES_MAX && new TextEncoder().encode(text).length > CLIENT_FRAME_BYTES_MAX
  )
}
