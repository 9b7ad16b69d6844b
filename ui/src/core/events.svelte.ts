/** What happens in rooms, live or missed alike, who is told of it, and when it could not be known. */
import type { ClientMsgId, Event, Message, RoomId, Seq, UserId } from '../protocol'
import type { Revisions } from './revisions'
import type { RoomState } from './room.svelte'
import type { Rooms } from './rooms.svelte'

/** Whose events they are. */
export type EventsSource = {
  readonly me: () => UserId | undefined
  /** The box has this message of theirs. */
  readonly confirmed: (room: RoomId, id: ClientMsgId) => void
}

export class Events {
  /** Called for each message of somebody else as it arrives, live or missed while away. */
  readonly hearers = new Set<(room: RoomState, message: Message, isLive: boolean) => void>()
  /** Called with each message that is edited, as it is now, also with those edited while away. */
  readonly editors = new Set<(message: Message) => void>()
  /** Called for each message that is pinned or reacted to, or no longer, also while away. */
  readonly markers = new Set<(event: Event) => void>()
  /** Called with each message that is deleted, also with those deleted while away. */
  readonly buriers = new Set<(message: Seq) => void>()
  /** The newest event at the last welcome. */
  welcomedAt: Seq = 0
  /** The same of the last welcome that told how things are, and not what was missed. */
  reloadedAt: Seq = 0
  /** Counts how often it could not be known what was deleted: what shows messages lets go of them and asks again. */
  reloads = $state(0)

  #rooms: Rooms
  #revisions: Revisions
  #source: EventsSource

  constructor(rooms: Rooms, revisions: Revisions, source: EventsSource) {
    this.#rooms = rooms
    this.#revisions = revisions
    this.#source = source
  }

  heard(event: Event): void {
    const { room, seq, what } = event
    switch (what.type) {
      case 'message':
        // What is no newer than the welcome was missed.
        this.#message(what, seq > this.welcomedAt)
        return
      case 'deleted':
        this.#revisions.heard(event)
        this.#rooms.get(room)?.bury(what.message, what.n, event)
        for (const burier of this.buriers) burier(what.message)
        return
      case 'edited':
        this.#revisions.heard(event)
        this.#rooms.get(room)?.edit(what, event)
        for (const editor of this.editors) editor(what)
        return
      case 'pinned':
      case 'reacted':
        this.#revisions.heard(event)
        this.#rooms.get(room)?.mark(what.message, event)
        for (const marker of this.markers) marker(event)
        return
      default:
        // A kind that this page does not know.
        what satisfies never
    }
  }

  /**
   * What was deleted of late is not known: nothing that was loaded before is to be shown. `at`: the newest event, where a
   * welcome tells how things are.
   */
  doubt(at = this.reloadedAt): void {
    this.reloadedAt = at
    this.forget()
    this.reloads += 1
  }

  /** Nobody is here any more. */
  forget(): void {
    this.#revisions.unknown()
  }

  #message(message: Message, live: boolean): void {
    const mine = message.author === this.#source.me()
    if (mine) this.#source.confirmed(message.room, message.client_msg_id)
    const room = this.#rooms.get(message.room)
    // One of very many rooms, of which the welcome tells only the liveliest.
    if (!room && live) void this.#rooms.meet(message.room).catch(() => {})
    if (!room) return
    const isNew = message.n > room.newestN
    const known = room.add(message)
    if (mine && message.n > room.read_n) room.read_n = message.n
    // Of what was missed the welcome has told how many there are.
    if ((isNew || !live) && !mine && !known.deleted)
      for (const hearer of this.hearers) hearer(room, known, live)
  }
}
