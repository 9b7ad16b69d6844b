/**
 * The cache: what the box has told, kept on this device so that a reload shows the chats and the last messages at once, and
 * while the box is away. It is a copy that is true for one place in the order of events, and the connection resumes from
 * there: what was missed, deletions among it, comes by itself. It is of whoever is signed in here, and of nobody else.
 *
 * Two tabs write in turns. Only who wrote last knows what of it is current: anybody else writes all of it. A tab that
 * knows less than what is there leaves it.
 */
import { PROTOCOL_VERSION } from '../limits'
import type { BoxInfo, Epoch, Message, Room, RoomId, Seq, User, UserId } from '../protocol'
import { type Account, accountOf } from './account'
import type { Connection } from './connection'
import type { Directory } from './directory.svelte'
import type { Heard } from './heardMap.svelte'
import type { KeptAccounts } from './keptAccounts'
import type { CacheChange, KeptStore } from './keptStore'
import type { RoomState } from './room.svelte'
import type { Rooms } from './rooms.svelte'
import { ROWS_LAST_KEPT } from './timeline'

/** What is kept in the record with the id 0. */
export type CachedHead = {
  readonly id: 0
  readonly layout: string
  readonly account: Account
  /** Who wrote it: one life of one tab. */
  readonly writer: number
  /** When, by this device's clock. */
  readonly at: number
  /** The newest event that is in it, and the box's run in which it was told. */
  readonly seq: Seq
  readonly epoch: Epoch
  readonly box: BoxInfo | null
  readonly me: User
  readonly has_password: boolean
  readonly archived: number
  /** Those whose names are needed. */
  readonly people: readonly User[]
}
export type CachedRoom = {
  readonly id: RoomId
  readonly room: Room
  /** The last messages, without a gap up to the room's newest. */
  readonly rows: readonly Message[]
}
/** The cache of whoever was here last. */
export type Recalled = { readonly head: CachedHead; readonly rooms: readonly CachedRoom[] }

/** What the cache is made of, and what it fills. */
export type CacheSource = {
  readonly entry: { readonly box: BoxInfo | null; readonly me: User | null; readonly hasPassword: boolean }
  readonly rooms: Rooms
  readonly directory: Directory
  readonly connection: Pick<Connection, 'after' | 'epoch'>
  /** Takes up whatever has arrived: the connection counts it already. */
  takeUp(): void
  /** Counts how often it could not be known what was deleted. */
  reloads(): number
}

/** Changes with what is kept in a record; what is there in another layout is dropped. */
const LAYOUT = `3.${PROTOCOL_VERSION}`
/** Rooms that are listed: more than anybody scrolls through while the box is away, and 100 kB. */
export const CACHED_ROOMS_MAX = 200
/** Rooms, the liveliest first, whose last messages are kept. */
export const CACHED_TALKS_MAX = 30
/** Messages of each. */
export const CACHED_ROWS_MAX = ROWS_LAST_KEPT
/**
 * UTF-16 units of their texts, and of what is told of their attachments, of each room: with all others at most 2 MB, read
 * within some 10 ms.
 */
export const CACHED_CHARS_MAX = 32_768
/** After two weeks without the box nobody reads what was said before, and a lost device should have forgotten it. */
export const CACHE_AGE_MS_MAX = 14 * 86_400_000
/** Between two writes: what a crash loses of it is missed events, which the box tells again. */
const WRITE_INTERVAL_MS = 3_000

export class Cache {
  #store: KeptStore
  #now: () => number
  #idle: (call: () => void) => void
  #writer = Math.random()
  #source: CacheSource | null = null
  /** What was written of each room, in short; null when none of it counts. */
  #written: Map<RoomId, string> | null = null
  #reloads = 0
  #writing: Promise<void> = Promise.resolve()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(store: KeptStore, now: () => number, idle: (call: () => void) => void) {
    this.#store = store
    this.#now = now
    this.#idle = idle
  }

  /** What is there, if it is of one who may keep it and is of use. */
  async recall(accounts: Pick<KeptAccounts, 'isLast'>): Promise<Recalled | null> {
    const [head, ...rooms] = (await this.#store.cached()) as [CachedHead?, ...CachedRoom[]]
    if (!head) return null
    const isGood =
      head.layout === LAYOUT &&
      accounts.isLast(head.account) &&
      Math.abs(this.#now() - head.at) < CACHE_AGE_MS_MAX
    return isGood ? { head, rooms } : null
  }

  /** Keeps from now on what the box tells this person. */
  begin(source: CacheSource): void {
    if (this.#source) return
    this.#source = source
    this.#reloads = source.reloads()
    this.#wait()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#source = null
    this.#written = null
  }

  /** Writes what has changed. */
  write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  #wait(): void {
    const source = this.#source
    const write = () => {
      if (this.#source === source) void this.write().then(() => this.#source === source && this.#wait())
    }
    this.#timer = setTimeout(() => this.#idle(write), WRITE_INTERVAL_MS)
  }

  async #write(): Promise<void> {
    const source = this.#source
    const me = source?.entry.me
    if (!source || !me) return
    // Only now is all taken up that the connection counts.
    source.takeUp()
    const { after: seq, epoch } = source.connection
    if (seq === null || epoch === null) return
    const reloads = source.reloads()
    const isAnew = reloads !== this.#reloads
    const records = cachedRooms(source.rooms)
    const briefs = new Map(records.map((record) => [record.id, brief(record, source.rooms)]))
    if (!isAnew && this.#written && same(this.#written, briefs)) return
    const change = (head: CachedHead | null): CacheChange | null => {
      const isOurs = head?.account === accountOf(me)
      // Another tab has heard more; after a reload a higher number means nothing.
      if (isOurs && !isAnew && head.seq > seq) return null
      const known = isOurs && !isAnew && head.writer === this.#writer ? this.#written : null
      const changed = records.filter(({ id }) => known?.get(id) !== briefs.get(id))
      return {
        isWhole: known === null,
        put: [this.#head(source, me, { seq, epoch }, records), ...changed],
        dropped: [...(known?.keys() ?? [])].filter((id) => !briefs.has(id)),
      }
    }
    // Full, or not to be opened: tried again, and what is half known is not built on.
    const isWritten = await this.#store.changeCache(accountOf(me), change).catch(() => false)
    if (this.#source !== source) return
    this.#written = isWritten ? briefs : null
    if (isWritten) this.#reloads = reloads
  }

  #head(
    source: CacheSource,
    me: User,
    place: { readonly seq: Seq; readonly epoch: Epoch },
    records: readonly CachedRoom[],
  ): CachedHead {
    return {
      id: 0,
      layout: LAYOUT,
      account: accountOf(me),
      writer: this.#writer,
      at: this.#now(),
      ...place,
      box: source.entry.box,
      me,
      has_password: source.entry.hasPassword,
      archived: source.rooms.archived,
      people: peopleIn(records, source.directory.people),
    }
  }
}

/** Fills a page that knows nothing yet. */
export function fill({ head, rooms }: Recalled, source: CacheSource): void {
  source.connection.after = head.seq
  source.connection.epoch = head.epoch
  for (const user of head.people) source.directory.meet(user)
  for (const { room, rows } of rooms) {
    const state = source.rooms.learn(room)
    const [first] = rows
    if (first) state.addPage(first.n, room.last_n, rows)
  }
  source.rooms.become(head.archived)
}

/** Archived rooms are loaded when they are looked at: each that is known costs a request with every welcome. */
function cachedRooms({ sorted }: Rooms): CachedRoom[] {
  return sorted
    .filter((room) => !room.settings.archived)
    .slice(0, CACHED_ROOMS_MAX)
    .map((room, at) => ({ id: room.id, room: told(room), rows: at < CACHED_TALKS_MAX ? lastRows(room) : [] }))
}

/** The room as the box told it. */
function told(room: RoomState): Room {
  const { id, kind, settings, role, notify, may, member_count, joined_at, last_n, read_n, last } = room
  const deleted = [...room.deleted].map((n): [number, number] => [n, n])
  return {
    id,
    kind,
    settings,
    role,
    notify,
    may: [...may],
    with: room.with,
    member_count,
    joined_at,
    last_n,
    read_n,
    deleted,
    last,
  }
}

function lastRows({ timeline, last_n }: RoomState): readonly Message[] {
  const rows = timeline.at(last_n)?.rows ?? []
  let first = rows.length
  let chars = 0
  while (first > 0 && rows.length - first < CACHED_ROWS_MAX) {
    const { body, ...beside } = rows[first - 1]!
    chars += body.length + lengthOf(beside)
    if (chars > CACHED_CHARS_MAX) break
    first -= 1
  }
  return rows.slice(first)
}

/** Of what a message brings, quotes and has been given. */
function lengthOf({ attachments, quote, reactions }: Omit<Message, 'body'>): number {
  const parts = [attachments, quote, reactions].filter(Boolean)
  return parts.length > 0 ? JSON.stringify(parts).length : 0
}

/** By what it is seen that a room has to be written again. */
function brief({ id, room, rows }: CachedRoom, rooms: Rooms): string {
  return JSON.stringify([room, rows.length, rows.length > 0 ? rooms.get(id)?.changed : 0])
}

function same(one: ReadonlyMap<RoomId, string>, other: ReadonlyMap<RoomId, string>): boolean {
  return one.size === other.size && [...one].every(([id, text]) => other.get(id) === text)
}

function peopleIn(rooms: readonly CachedRoom[], people: Pick<Heard<UserId, User>, 'get'>): User[] {
  const needed = new Set<UserId>()
  for (const { room, rows } of rooms) {
    if (room.with !== null) needed.add(room.with)
    if (room.last) needed.add(room.last.author)
    for (const { author, quote } of rows) {
      needed.add(author)
      if (quote) needed.add(quote.author)
    }
  }
  return [...needed].flatMap((id) => people.get(id) ?? [])
}
