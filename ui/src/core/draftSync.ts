/**
 * What stands unsent in the composers, on all devices of a person: the box keeps of each room what was there when the room was
 * left last, and nothing while somebody types. What was typed here and is not there yet counts more than what the box has.
 */
import type { Drafts, RoomId, ServerMessage } from '../protocol'
import type { KeptStorage } from './keptAccounts'
import type { RoomState } from './room.svelte'

/** Marked, where it is known of each room whether it is. */
const NO_ROOM = 0

type Told = Extract<ServerMessage, { type: 'draft' }>

/** The parts of the page that this needs. */
export type DraftSource = {
  room(id: RoomId): RoomState | undefined
  rooms(): Iterable<RoomState>
  /** Puts this in a room's composer. */
  take(room: RoomId, text: string): void
  keep(room: RoomId, text: string): Promise<unknown>
  all(): Promise<Drafts>
}

export class DraftSync {
  #source: DraftSource
  #storage: KeptStorage | null
  #account: string
  /** Rooms whose text the box does not have as it is: of all tabs where the device keeps it, and else of this one. */
  #unsent = new Set<RoomId>()
  /** What the box has, as far as it has said. */
  #atBox = new Map<RoomId, string>()
  /** What was told last is not asked for any more. */
  #welcomes = 0

  constructor(source: DraftSource, storage: KeptStorage | null, account: string) {
    this.#source = source
    this.#storage = storage
    this.#account = account
    if (this.#isMarked(NO_ROOM)) return
    // Of what there was before this was kept it is not known whether the box has it.
    for (const { id, draft } of source.rooms()) if (draft !== '') this.#mark(id)
    this.#mark(NO_ROOM)
  }

  /** Something else stands in a room's composer. */
  changed(room: RoomId): void {
    this.#mark(room)
    // It was sent, or given up: no other device is to offer it any more.
    if (this.#source.room(room)?.draft === '') void this.leave(room)
  }

  /** Nobody types there any more. */
  async leave(room: RoomId): Promise<void> {
    if (!this.#isMarked(room)) return
    const text = this.#source.room(room)?.draft ?? ''
    try {
      if (text !== (this.#atBox.get(room) ?? '')) await this.#source.keep(room, text)
    } catch {
      // It stays here, and is kept when the room is left the next time.
      return
    }
    this.#atBox.set(room, text)
    if ((this.#source.room(room)?.draft ?? '') === text) this.#unmark(room)
  }

  /** The page is being left. */
  leaveAll(): void {
    for (const { id } of this.#source.rooms()) void this.leave(id)
  }

  /** Another device, or this one, has left something. */
  told({ room, body }: Told): void {
    this.#atBox.set(room, body)
    this.#take(room, body)
  }

  /** `any`: the box has some. `isOther`: what it has may be of an earlier time than what is here. */
  async welcomed(any: boolean, isOther: boolean): Promise<void> {
    const mine = ++this.#welcomes
    let drafts: Drafts['drafts'] = []
    try {
      if (any) drafts = (await this.#source.all()).drafts
    } catch {
      return
    }
    if (mine !== this.#welcomes) return
    this.#atBox = new Map(drafts.map(({ room, body }) => [room, body]))
    for (const { id, draft } of this.#source.rooms()) {
      const body = this.#atBox.get(id) ?? ''
      if (isOther && draft !== '' && body === '') this.#mark(id)
      this.#take(id, body)
    }
    this.leaveAll()
  }

  #take(room: RoomId, body: string): void {
    if (!this.#isMarked(room)) this.#source.take(room, body)
  }

  #isMarked(room: RoomId): boolean {
    try {
      return this.#unsent.has(room) || !!this.#storage?.getItem(this.#key(room))
    } catch {
      return false
    }
  }

  #mark(room: RoomId): void {
    if (this.#unsent.has(room)) return
    this.#unsent.add(room)
    try {
      this.#storage?.setItem(this.#key(room), '1')
    } catch {
      // Then it is known as long as the page lives.
    }
  }

  #unmark(room: RoomId): void {
    this.#unsent.delete(room)
    try {
      this.#storage?.removeItem(this.#key(room))
    } catch {
      // It counts more than what the box has, at the next start.
    }
  }

  /** By `ownedKeys` it goes with the account. */
  #key(room: RoomId): string {
    return `porch.unsent.${this.#account}.${room}`
  }
}
