/**
 * What the page keeps on this device between two of its lives: who may keep anything here, drafts, unsent messages,
 * unfinished doodles, and the cache. **Nothing is kept of one who has asked to go, whatever is done or heard
 * in whatever order**: every write asks `accounts` first, and whatever is of nobody in it is erased at every start, entry
 * and leave.
 */
import type { ClientMsgId, RoomId, User } from '../protocol'
import { ACCOUNTS_KEY, type Account, accountOf } from './account'
import { type CacheSource, fill, type Recalled, recall } from './cache'
import type { CacheWriter } from './cacheWriter'
import type { Connection } from './connection'
import { Drafts } from './drafts'
import type { Entry } from './entry.svelte'
import { nextClientMsgId } from './ids'
import { KeptAccounts, type KeptStorage } from './keptAccounts'
import { KeptStore } from './keptStore'
import { type Beside, Outbox } from './outbox'
import { pruneOwned } from './ownedKeys'
import type { RoomState } from './room.svelte'
import { sendable } from './wellFormed'

/** What this needs of the browser; a test has its own. */
export type KeptWorld = {
  /** Null where the browser stores nothing. */
  readonly storage: KeptStorage | null
  /** Of the database, and of the channel between tabs. */
  readonly name: string
  now(): number
  /** Calls when there is nothing better to do. */
  idle(call: () => void): void
  /** What writes the cache, once there is time to load it; rejected where it cannot be had, and nothing more is cached. */
  cacheWriter(): Promise<typeof CacheWriter>
}

/** The parts of the page that it keeps something of. */
export type KeptSource = CacheSource & {
  readonly entry: Entry
  readonly connection: Connection
  /** How many messages are not confirmed yet. */
  countUnsent(count: number): void
}

export class Kept {
  readonly accounts: KeptAccounts
  readonly outbox: Outbox

  #now: () => number
  #storage: KeptStorage | null
  #drafts: Drafts
  /** The page's database. */
  readonly store: KeptStore
  /** Null until it is loaded. */
  #cache: CacheWriter | null = null
  #source: KeptSource | null = null
  /** Of the source, when it came: the writer may come after what makes everything cached untrue. */
  #reloads = 0

  constructor({ storage, name, now, idle, cacheWriter }: KeptWorld) {
    this.#now = now
    this.#storage = storage
    this.accounts = new KeptAccounts(storage)
    this.#drafts = new Drafts(storage, this.accounts)
    this.store = new KeptStore(name, this.accounts)
    cacheWriter().then(
      (Writer) => {
        this.#cache = new Writer(this.store, this.accounts, now, idle)
        if (this.#source) this.#cache.begin(this.#source, this.#reloads)
      },
      () => {},
    )
    const channel = new BroadcastChannel(name)
    this.outbox = new Outbox(
      {
        all: (account) => this.store.all(account),
        put: (item) => this.store.put(item),
        // Other tabs may have it too, and would send what was given up here.
        remove: (id) => {
          channel.postMessage(id)
          return this.store.remove(id)
        },
      },
      (message) => this.#source?.connection.send(message) ?? false,
      (room, pending) => {
        const state = this.#source?.rooms.get(room)
        if (state) state.pending = pending
        this.#source?.countUnsent(this.outbox.size)
      },
    )
    channel.onmessage = ({ data }: MessageEvent<ClientMsgId>) => this.outbox.discard(data)
  }

  /** At the start of the page: the chats of who was here last, where they are there to be shown. */
  async recall(): Promise<Recalled | null> {
    const recalled = await recall(this.store, this.accounts, this.#now()).catch(() => null)
    this.#prune(recalled?.head.account ?? null)
    return recalled
  }

  /** Somebody is in, perhaps for the second time: by the box's word, or by what was recalled, which is put into the page. */
  enter(user: User, source: KeptSource, recalled: Recalled | null): void {
    const account = accountOf(user)
    if (!this.#source) this.#reloads = source.reloads()
    this.#source = source
    this.#drafts.enter(account)
    if (recalled) this.#fill(recalled, source)
    else this.accounts.enter(user)
    this.#prune()
    this.#cache?.begin(source, this.#reloads)
    void this.outbox.load(account)
  }

  /** Nobody is any more. The cache goes with them, and all else if they have asked to go. */
  leave(): void {
    this.#source = null
    this.#cache?.stop()
    this.#drafts.enter('')
    this.outbox.close()
    this.#prune()
  }

  /** The box says that nobody is signed in here. */
  nobodyIsIn(): void {
    if (this.accounts.isEmpty) return
    this.accounts.endLeaving()
    this.#prune()
  }

  /** The box knows that this person has gone for good. */
  gone(user: User): void {
    this.accounts.leave(user, 'gone')
    this.#prune()
  }

  /** What is kept of a room that the page has not known. */
  met(room: RoomState): void {
    room.pending = this.outbox.pendingIn(room.id)
    room.draft = this.#drafts.get(room.id)
  }

  /** This person is not in that room any more. */
  forgetRoom(room: RoomId): void {
    this.outbox.discardRoom(room)
    this.#drafts.set(room, '', true)
    this.#drafts.settle(room)
    if (this.#account !== null) this.store.eraseDoodle(this.#account, room).catch(() => {})
  }

  /** `isAtBox`: it is what the box has. */
  setDraft(room: RoomId, text: string, isAtBox = false): void {
    this.#drafts.set(room, text, isAtBox)
  }

  /** Whether something was typed there that the box does not have. */
  isAhead = (room: RoomId): boolean => this.#drafts.isAhead(room)

  /** The box has what stands there. */
  settle = (room: RoomId): void => this.#drafts.settle(room)

  /** Writes a message: shown at once, sent when it can be, kept until the box has it. */
  send(room: RoomId, body: string, beside: Beside = {}): ClientMsgId {
    const id = nextClientMsgId()
    this.outbox.add(room, sendable(body), id, this.#now(), beside)
    return id
  }

  /** The box listens: other tabs may have gone and left something unsent. */
  connected(): void {
    this.outbox.connected()
    if (this.#account !== null) void this.outbox.load(this.#account)
  }

  /** Writes what has not been written yet. */
  async flush(): Promise<void> {
    this.#drafts.flush()
    await this.#cache?.write()
  }

  /** Another tab has written to the storage: under this key, or, with null, everywhere. */
  heard(key: string | null): void {
    const source = this.#source
    const me = source?.entry.me
    if (!source || !me) return
    if (key === null || key === ACCOUNTS_KEY) {
      if (this.accounts.hasGone(me)) source.entry.leaveAs(me)
      return
    }
    const room = this.#drafts.followed(key)
    const state = room === null ? undefined : source.rooms.get(room)
    if (state) state.draft = this.#drafts.get(state.id)
  }

  #fill(recalled: Recalled, source: KeptSource): void {
    try {
      fill(recalled, source)
    } catch {
      // What lies on a disk may be anything: the box knows all of it.
      source.connection.after = null
      source.rooms.clear()
    }
  }

  /** Whose page this is. */
  get #account(): Account | null {
    const me = this.#source?.entry.me
    return me ? accountOf(me) : null
  }

  #prune(account = this.#account): void {
    pruneOwned(this.#storage, this.accounts)
    this.store.prune(account).then(
      () => this.accounts.sweep(),
      // Tried again at the next start, entry or leave.
      () => {},
    )
  }
}
