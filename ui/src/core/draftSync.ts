/**
 * What stands unsent in the composers, on all devices of a person: the box keeps of each room what was there when the room was
 * left last, and nothing while somebody types. What was typed here and is not there yet counts more than what the box has; and
 * only what it says is no more is taken from a composer, not what it does not mention.
 */
import type { Drafts, RoomId, ServerMessage } from '../protocol'
import type { RoomState } from './room.svelte'

type Told = Extract<ServerMessage, { type: 'draft' }>

/** The parts of the page that this needs. */
export type DraftSource = {
  room(id: RoomId): RoomState | undefined
  rooms(): Iterable<RoomState>
  /** Whether something was typed there, in whatever tab, that the box does not have. */
  isAhead(room: RoomId): boolean
  /** The box has what stands there. */
  settle(room: RoomId): void
  /** Puts what the box has in a room's composer. */
  take(room: RoomId, text: string): void
  keep(room: RoomId, text: string): Promise<unknown>
  all(): Promise<Drafts>
}

export class DraftSync {
  #source: DraftSource
  /** What the box has, as far as it has said. */
  #atBox = new Map<RoomId, string>()
  /** Whether it has said all: of rooms that are not there it has nothing. */
  #isWhole = false
  /** Rooms of which it was told something, and has not said that it has it. */
  #unknown = new Set<RoomId>()
  /** Rooms of which something is on its way to the box. */
  #busy = new Set<RoomId>()
  /** Rooms that the box has told of since it was asked for all. */
  #told = new Set<RoomId>()
  /** What was told last is not asked for any more. */
  #welcomes = 0

  constructor(source: DraftSource) {
    this.#source = source
  }

  /** Something else stands in a room's composer. */
  changed(room: RoomId): void {
    // It was sent, or given up: no other device is to offer it any more.
    if (this.#source.room(room)?.draft === '') void this.leave(room)
  }

  /** Nobody types there any more. One thing at a time is on its way; what was left meanwhile follows. */
  async leave(room: RoomId): Promise<void> {
    if (this.#busy.has(room) || !this.#source.isAhead(room)) return
    this.#busy.add(room)
    try {
      for (;;) {
        const text = this.#textOf(room)
        if (this.#has(room) !== text) {
          this.#unknown.add(room)
          await this.#source.keep(room, text)
          this.#unknown.delete(room)
          this.#atBox.set(room, text)
        }
        if (this.#textOf(room) === text) return this.#source.settle(room)
        // Of what is typed on, nothing is kept before the room is left again.
        if (this.#textOf(room) !== '') return
      }
    } catch {
      // It stays here, and is kept when the room is left the next time.
    } finally {
      this.#busy.delete(room)
    }
  }

  /** The page is being left. */
  leaveAll(): void {
    for (const { id } of this.#source.rooms()) void this.leave(id)
  }

  /** Another device, or this one, has left something. */
  told({ room, body }: Told): void {
    this.#told.add(room)
    if (!this.#busy.has(room)) this.#atBox.set(room, body)
    this.#take(room, body)
  }

  /** What the box has said of a room that was not known. */
  met(room: RoomId): void {
    const body = this.#atBox.get(room)
    if (body !== undefined) this.#take(room, body)
  }

  /** `any`: the box has some. `isOther`: what it has may be of an earlier time than what is here. */
  async welcomed(any: boolean, isOther: boolean): Promise<void> {
    const mine = ++this.#welcomes
    this.#isWhole = false
    this.#told.clear()
    let drafts: Drafts['drafts'] = []
    try {
      if (any) drafts = (await this.#source.all()).drafts
    } catch {
      return
    }
    if (mine !== this.#welcomes) return
    const isNewer = ({ room }: { room: RoomId }) => this.#told.has(room) || this.#busy.has(room)
    const news = drafts.filter((draft) => !isNewer(draft))
    this.#unknown = new Set(this.#busy)
    this.#isWhole = true
    for (const { room, body } of news) this.#atBox.set(room, body)
    for (const { room, body } of news) {
      if (isOther && this.#textOf(room) !== '') continue
      this.#take(room, body)
    }
    for (const { id } of this.#source.rooms()) if (this.#source.isAhead(id)) void this.leave(id)
  }

  #take(room: RoomId, body: string): void {
    if (!this.#busy.has(room) && !this.#source.isAhead(room)) this.#source.take(room, body)
  }

  #textOf(room: RoomId): string {
    return this.#source.room(room)?.draft ?? ''
  }

  /** What the box has of a room; undefined where that is not known. */
  #has(room: RoomId): string | undefined {
    if (this.#unknown.has(room)) return undefined
    return this.#atBox.get(room) ?? (this.#isWhole ? '' : undefined)
  }
}
