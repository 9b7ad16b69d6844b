/**
 * Writes the cache (`cache.ts`), every few seconds and when the page goes. It comes when the messages are seen: what the box
 * has told by then is in no hurry.
 */
import type { Epoch, Message, Room, RoomId, Seq, User, UserId } from '../protocol'
import { type Account, accountOf } from './account'
import { type CachedHead, type CachedRoom, type CacheSource, LAYOUT } from './cache'
import type { Heard } from './heardMap.svelte'
import type { KeptAccounts } from './keptAccounts'
import type { KeptStore } from './keptStore'
import type { RoomState } from './room.svelte'
import type { Rooms } from './rooms.svelte'
import { ROWS_LAST_KEPT } from './timeline'

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
/** Between two writes: what a crash loses of it is missed events, which the box tells again. */
const WRITE_INTERVAL_MS = 3_000

/** What becomes of the cache, at once or not at all. */
export type CacheChange = {
  /** Nothing of what is there stays. */
  readonly isWhole: boolean
  readonly put: readonly (CachedHead | CachedRoom)[]
  readonly dropped: readonly number[]
}

export class CacheWriter {
  #store: KeptStore
  #accounts: Pick<KeptAccounts, 'isLast'>
  #now: () => number
  #idle: (call: () => void) => void
  #writer = Math.random()
  #source: CacheSource | null = null
  /** What was written of each room, in short; null when none of it counts. */
  #written: Map<RoomId, string> | null = null
  #reloads = 0
  #writing: Promise<void> = Promise.resolve()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    store: KeptStore,
    accounts: Pick<KeptAccounts, 'isLast'>,
    now: () => number,
    idle: (call: () => void) => void,
  ) {
    this.#store = store
    this.#accounts = accounts
    this.#now = now
    this.#idle = idle
  }

  /** Keeps from now on what the box tells this person; `reloads`, as the source counted them when the page was filled. */
  begin(source: CacheSource, reloads: number): void {
    if (this.#source) return
    this.#source = source
    this.#reloads = reloads
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
    const isWritten = await changeCache(this.#store, this.#accounts, accountOf(me), change).catch(() => false)
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

/**
 * Changes the cache of an account, all or nothing; says whether it did. `change` is given the head that is there; null
 * leaves all as it is. It is not asked where somebody else came in since, or nothing may be kept any more.
 */
export async function changeCache(
  store: Pick<KeptStore, 'write'>,
  accounts: Pick<KeptAccounts, 'isLast'>,
  account: Account,
  change: (head: CachedHead | null) => CacheChange | null,
): Promise<boolean> {
  let isChanged = false
  await store.write('cache', (cache) => {
    const head = cache.get(0)
    head.onsuccess = () => {
      const changed = accounts.isLast(account) ? change((head.result as CachedHead) ?? null) : null
      if (!changed) return
      isChanged = true
      if (changed.isWhole) cache.clear()
      for (const id of changed.dropped) cache.delete(id)
      for (const record of changed.put) cache.put(record)
    }
  })
  return isChanged
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
    set_back: room.setBack,
    deleted,
    last,
    ...(room.receipt && { receipt: room.receipt }),
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
