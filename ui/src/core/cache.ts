/**
 * The cache: what the box has told, kept on this device so that a reload shows the chats and the last messages at once, and
 * while the box is away. It is a copy that is true for one place in the order of events, and the connection resumes from
 * there: what was missed, deletions among it, comes by itself. It is of whoever is signed in here, and of nobody else.
 *
 * Two tabs write in turns. Only who wrote last knows what of it is current: anybody else writes all of it. A tab that
 * knows less than what is there leaves it.
 */
import { PROTOCOL_VERSION } from '../limits'
import type { BoxInfo, Epoch, Message, Room, RoomId, Seq, User } from '../protocol'
import type { Account } from './account'
import type { Connection } from './connection'
import type { Directory } from './directory.svelte'
import type { KeptAccounts } from './keptAccounts'
import type { KeptStore } from './keptStore'
import type { Rooms } from './rooms.svelte'

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
export const LAYOUT = `3.${PROTOCOL_VERSION}`
/** After two weeks without the box nobody reads what was said before, and a lost device should have forgotten it. */
export const CACHE_AGE_MS_MAX = 14 * 86_400_000

/** What is there, if it is of one who may keep it and is of use. */
export async function recall(
  store: Pick<KeptStore, 'cached'>,
  accounts: Pick<KeptAccounts, 'isLast'>,
  now: number,
): Promise<Recalled | null> {
  const [head, ...rooms] = (await store.cached()) as [CachedHead?, ...CachedRoom[]]
  if (!head) return null
  const isGood =
    head.layout === LAYOUT && accounts.isLast(head.account) && Math.abs(now - head.at) < CACHE_AGE_MS_MAX
  return isGood ? { head, rooms } : null
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
