/** The rooms this person is in: what the box told of them, and those of which it has yet to tell. */
import type { Room, RoomId, ServerMessage } from '../protocol'
import { faultCode } from './api'
import { HeardMap } from './heardMap.svelte'
import type { RoomState } from './room.svelte'
import type { Api } from './surroundings'

type Welcome = Extract<ServerMessage, { type: 'welcome' }>

export type RoomsHearer = {
  /** The state of a room that was not known. */
  met(room: Room): RoomState
  /** The welcome tells of a room, known before it or not. */
  welcomed(room: RoomState, told: Room): void
  /** This person is not in it any more. */
  left(room: RoomId): void
}

/** Pages of rooms loaded after a welcome: some thousand rooms, more than anybody looks through. */
const JOINED_PAGES_MAX = 100

export class Rooms {
  readonly all = new HeardMap<RoomId, RoomState>()
  /** True from the first welcome on, or with rooms that were kept: before it, no rooms means nothing. */
  known = $state(false)
  /** How many archived rooms there are, known here or not: counted as the box tells, from the welcome on. */
  archived = $state(0)
  /** The one with the newest message first; archived ones among them. */
  readonly sorted: readonly RoomState[] = $derived.by(() => liveliest([...this.all.values()]))
  /** Unread messages over all rooms that are neither archived nor muted. */
  readonly unread: number = $derived.by(() => {
    let sum = 0
    for (const room of this.all.values()) sum += counted(room)
    return sum
  })

  #api: Api
  #hearer: RoomsHearer
  /** Rooms that are being read. */
  #meeting = new Set<RoomId>()
  #awaiting: (() => void)[] = []
  /** Counts welcomes: what an earlier one began is given up. */
  #welcomes = 0

  constructor(api: Api, hearer: RoomsHearer) {
    this.#api = api
    this.#hearer = hearer
  }

  get(id: RoomId): RoomState | undefined {
    return this.all.get(id)
  }

  /** The same without one room, which is in sight. */
  unreadBeside(room: RoomState): number {
    return this.unread - counted(room)
  }

  /** Resolves when the rooms are known. */
  whenKnown(): Promise<void> {
    return this.known ? Promise.resolve() : new Promise((resolve) => this.#awaiting.push(resolve))
  }

  /** Reads one room that the welcome did not tell of: it is archived, or one of very many. */
  async meet(id: RoomId): Promise<void> {
    if (this.#meeting.has(id)) return
    this.#meeting.add(id)
    try {
      this.learn(await this.#api.room(id))
    } finally {
      this.#meeting.delete(id)
    }
  }

  /** Takes over the rooms of a welcome, and asks after those it does not tell of. */
  welcome(welcome: Welcome): void {
    const untold = new Set(this.all.keys())
    // Of all, also of those that it does not tell of: any of their messages may have been deleted.
    if (welcome.resume === 'reload') for (const room of this.all.values()) room.forgetHistory()
    for (const room of welcome.rooms) {
      untold.delete(room.id)
      this.#welcomeTo(room)
    }
    this.become(welcome.archived)
    void this.#meetOthers(welcome, untold)
  }

  /** From now on they are known, and besides them so many archived ones. */
  become(archived: number): void {
    this.archived = archived
    this.known = true
    for (const resolve of this.#awaiting.splice(0)) resolve()
  }

  /** Takes over what the box says of a room, known or not. */
  learn(room: Room): RoomState {
    const known = this.all.get(room.id)
    if (known) {
      known.learn(room)
      return known
    }
    const state = this.#hearer.met(room)
    this.all.set(room.id, state)
    return state
  }

  /** A room was told of while the connection is there; `isBack`: it has come back from the archive. */
  told(room: Room, isBack: boolean): void {
    if (isBack) this.archived -= 1
    this.learn(room)
  }

  set(told: Extract<ServerMessage, { type: 'room_settings' }>): void {
    if (told.archives) this.archived += 1
    this.all.get(told.room)?.set(told)
  }

  /** This person is not in it any more. */
  forget(id: RoomId): void {
    this.all.delete(id)
    this.#hearer.left(id)
  }

  clear(): void {
    this.#welcomes += 1
    this.all.clear()
    this.known = false
  }

  #welcomeTo(room: Room): void {
    this.#hearer.welcomed(this.learn(room), room)
  }

  /** Loads the rooms that the welcome had no place for, by pages; then asks what became of those not told of. */
  async #meetOthers(welcome: Welcome, untold: Set<RoomId>): Promise<void> {
    const mine = ++this.#welcomes
    let before: RoomId | undefined
    let { more } = welcome
    for (let pages = 0; more && pages < JOINED_PAGES_MAX; pages += 1) {
      const page = await this.#api.joinedRooms(before).catch(() => null)
      if (mine !== this.#welcomes) return
      if (page === null) break
      for (const room of page.rooms) {
        const known = this.all.get(room.id)
        // What was told by the connection is newer.
        const older = known?.heardN === null && (!untold.has(room.id) || known.last_n > room.last_n)
        untold.delete(room.id)
        if (!older) this.#welcomeTo(room)
      }
      before = page.rooms.at(-1)?.id
      more = page.more
    }
    await this.#lookFor(untold)
  }

  /** Rooms of which a welcome no longer tells: archived meanwhile, or left. What was being written is kept till it is known. */
  async #lookFor(rooms: ReadonlySet<RoomId>): Promise<void> {
    for (const id of rooms) {
      try {
        await this.meet(id)
      } catch (thrown) {
        const code = faultCode(thrown)
        if (code !== 'not_a_member' && code !== 'not_found') return
        this.forget(id)
      }
    }
  }
}

/** What a room adds to the count of all. */
const counted = (room: RoomState) => (room.settings.archived || room.notify === 'none' ? 0 : room.unread)

/**
 * Those in which something was said last first, by the order of the messages. A room in which nothing was said yet comes
 * where this person came in, as the box's clock tells.
 */
function liveliest(rooms: readonly RoomState[]): RoomState[] {
  const sorted: RoomState[] = []
  const silent = rooms.filter((room) => !room.last).sort((a, b) => b.joined_at - a.joined_at || b.id - a.id)
  const spoken = rooms.filter((room) => room.last).sort((a, b) => lastOf(b).id - lastOf(a).id)
  for (const room of spoken) {
    while (silent[0] && silent[0].joined_at >= lastOf(room).sent_at) sorted.push(silent.shift()!)
    sorted.push(room)
  }
  return [...sorted, ...silent]
}

const lastOf = (room: RoomState) => room.last!
