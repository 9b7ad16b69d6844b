/**
 * The state of the chat: who is signed in, the people, the rooms, and the connection that keeps them
 * current. Screens read it and call its methods; nobody else talks to the box's socket.
 *
 * The page's own instance is `chat` of `src/chat.ts`.
 */
import { SvelteMap, SvelteSet } from 'svelte/reactivity'
import type {
  Access,
  BoxInfo,
  ClientMsgId,
  Command,
  Event,
  HistoryPage,
  Message,
  Room,
  RoomId,
  RoomSetting,
  SearchPage,
  Seq,
  ServerMessage,
  User,
  UserId,
} from '../protocol'
import type * as Api from './api'
import { Refusal } from './api'
import type { Attempts } from './attempts'
import { ATTEMPTS_KEY } from './attemptsKey'
import { BACKOFF_MS, Connection, type Link, type World } from './connection'
import { Directory } from './directory.svelte'
import { type Drafts, keepDrafts } from './drafts'
import { nextClientMsgId } from './ids'
import { Outbox, type OutboxStore } from './outbox'
import { Revisions } from './revisions'
import { RoomState } from './room.svelte'
import { wellFormed } from './wellFormed'

/**
 * `starting`: asking the box who we are. `unreachable`: it did not answer, we try again.
 * `outside`: nobody is signed in. `inside`: somebody is. `taken_over`: was signed in, until the account
 * signed in elsewhere. `ended`: was signed in, until the session ended.
 */
export type Phase = 'starting' | 'unreachable' | 'outside' | 'inside' | 'taken_over' | 'ended'

/** What the chat needs of the world around it. */
export type Surroundings = {
  readonly api: typeof Api
  readonly world: World
  readonly outbox: OutboxStore
  /** Where drafts stay between two lives of the page; null where the browser stores nothing. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null
}

/** Pages of rooms loaded after a welcome: some thousand rooms, more than anybody looks through. */
const JOINED_PAGES_MAX = 100
/** The least time between two `typing` of ours. */
const TYPING_INTERVAL_MS = 3_000
/** The least time between two read markers of a room: the box's command allowance is for talking. */
const READ_INTERVAL_MS = 1_000
/** How long an answer to a command may take. */
const ANSWER_WAIT_MS = 15_000

type Waiting = {
  resolve: (room: RoomId | null) => void
  reject: (refusal: Refusal) => void
  timer: ReturnType<typeof setTimeout>
}
type Welcome = Extract<ServerMessage, { type: 'welcome' }>

export class Chat {
  phase = $state<Phase>('starting')
  /** While `unreachable`: it is there, and has too much to do. */
  isBusy = $state(false)
  /** Who the box is; null until it answered once. */
  box = $state.raw<BoxInfo | null>(null)
  /** Who is signed in; kept after `taken_over` and `ended`, to offer the way back. */
  me = $state.raw<User | null>(null)
  /** Whether the box has let a try to come in go by, and the next is on its way. */
  goesOn = $state(false)
  /** Whether one can come back on another device. */
  hasPassword = $state(true)
  link = $state.raw<Link>({ is: 'idle' })
  /** Who is present now; before `presentKnown`, nobody means nothing. */
  readonly present = new SvelteSet<UserId>()
  presentKnown = $state(false)
  /** The rooms this person is in. */
  readonly rooms = new SvelteMap<RoomId, RoomState>()
  /** How many archived rooms there are, known here or not. */
  archived = $state(0)
  /** True from the first welcome on: before it, an empty list of rooms means nothing. */
  roomsKnown = $state(false)
  /** Rooms, the one with the newest message first; archived ones among them. */
  readonly sorted: readonly RoomState[] = $derived.by(() =>
    [...this.rooms.values()].sort((a, b) => activity(b) - activity(a)),
  )
  /** Unread messages over all rooms that are not archived. */
  readonly unread: number = $derived.by(() => {
    let sum = 0
    for (const room of this.rooms.values()) if (!room.settings.archived) sum += room.unread
    return sum
  })
  /** Whether the box runs another version than the one this page came from. */
  updated = $state(false)
  /** Messages not confirmed yet, over all rooms. */
  unsent = $state(0)
  /** Called for each message of somebody else as it arrives live (not for those missed while away). */
  readonly hearers = new Set<(room: RoomState, message: Message) => void>()
  /** Called with each message that is deleted, also with those deleted while away. */
  readonly buriers = new Set<(message: Seq) => void>()
  /** Counts how often it could not be known what was deleted: what shows messages lets go of them and asks again. */
  reloads = $state(0)

  #around: Surroundings
  #directory: Directory
  #revisions = new Revisions()
  #connection: Connection
  #outbox: Outbox
  #drafts: Drafts | null = null
  /** Null until somebody comes in by a form: most first looks at a chat need none of it. */
  #attempts: Promise<Attempts> | null = null
  #waiting = new Map<number, Waiting>()
  #re = 0
  /** Rooms that are being read. */
  #meeting = new Set<RoomId>()
  #typingSaid = new Map<RoomId, number>()
  #readTimers = new Map<RoomId, ReturnType<typeof setTimeout>>()
  /** The box's version at the first welcome. */
  #version: string | null = null
  #startFailures = 0
  #startTimer: ReturnType<typeof setTimeout> | undefined
  #awaitingRooms: (() => void)[] = []
  /** The newest event at the last welcome. */
  #welcomedAt: Seq = 0
  /** Counts welcomes: what an earlier one began is given up. */
  #welcomes = 0

  constructor(around: Surroundings) {
    this.#around = around
    this.#directory = new Directory(around.api)
    this.#connection = new Connection(around.world, {
      heard: (message) => this.#heard(message),
      linkChanged: (link) => this.#linkChanged(link),
      unanswered: () => void this.#askWhetherSignedIn(),
    })
    this.#outbox = new Outbox(
      around.outbox,
      (message) => this.#connection.send(message),
      (room, pending) => {
        const state = this.rooms.get(room)
        if (state) state.pending = pending
        this.unsent = this.#outbox.size
      },
    )
  }

  // --- Coming and going -----------------------------------------------------------------------

  /** Asks the box who it is and who we are; again, with growing waits, while it does not answer. */
  async start(): Promise<void> {
    clearTimeout(this.#startTimer)
    const [box, me] = await Promise.allSettled([this.#around.api.box(), this.#around.api.me()])
    if (this.phase === 'inside') return
    if (box.status === 'fulfilled') this.box = box.value
    if (me.status === 'fulfilled') {
      this.hasPassword = me.value.has_password
      this.#enter(me.value.user)
    } else if (box.status === 'fulfilled' && codeOf(me.reason) === 'not_signed_in') {
      this.phase = 'outside'
    } else {
      this.isBusy = codeOf(box.status === 'rejected' ? box.reason : me.reason) === 'busy'
      this.phase = 'unreachable'
      const wait = BACKOFF_MS[Math.min(this.#startFailures++, BACKOFF_MS.length - 1)]!
      this.#startTimer = setTimeout(() => void this.start(), wait)
    }
  }

  /** The network came back or the page became visible: try at once. */
  wake(): void {
    if (this.phase === 'unreachable') void this.start()
    else if (this.phase === 'inside') this.#connection.wake()
  }

  /** The page is being left: others should see it now and not after 45 s. */
  hide(): void {
    if (this.phase === 'inside') {
      this.#sayRead()
      this.#connection.stop()
    }
    this.#drafts?.flush()
  }

  /** The page came back from the browser's memory. */
  show(): void {
    if (this.phase === 'inside') this.#connection.start()
  }

  /** Connects again after the link stopped for `too_many`. */
  connectAgain(): void {
    if (this.phase === 'inside') this.#connection.start()
  }

  /** Makes an account and enters. Throws a `Refusal`. */
  async register(name: string, password: string): Promise<User> {
    const user = await this.#attempt(`register ${name}`, (attempt) =>
      this.#around.api.register({ name, password, attempt }),
    )
    this.hasPassword = true
    this.#enter(user)
    return user
  }

  /** Makes an account by an invite and enters; without a password it lives on this device only. */
  async join(token: string, name: string, password?: string): Promise<User> {
    const form = password ? { name, password } : { name }
    const user = await this.#attempt(`join ${token} ${name}`, (attempt) =>
      this.#around.api.join(token, { ...form, attempt }),
    )
    this.hasPassword = password !== undefined && password !== ''
    this.#enter(user)
    return user
  }

  /** Signs in and enters. Throws a `Refusal`, `in_use_elsewhere` with the places. */
  async signIn(name: string, password: string, takeover = false): Promise<User> {
    const user = await this.#attempt(`login ${name}`, (attempt) =>
      this.#around.api.login({ name, password, takeover, attempt }),
    )
    this.hasPassword = true
    this.#enter(user)
    return user
  }

  /** An attempt to come in, repeated while the box does not answer. */
  async #attempt(what: string, send: (secret: string) => Promise<User>): Promise<User> {
    this.goesOn = false
    // Without a cookie nobody is signed in, and an account made here would be lost at once.
    const sendWhereKept = async (secret: string) => {
      if (await this.#around.api.keepsCookies()) return send(secret)
      throw new Refusal('cookies_blocked')
    }
    try {
      const attempts = await (this.#attempts ??= this.#loadAttempts())
      return await attempts.make(what, sendWhereKept, () => (this.goesOn = true))
    } finally {
      this.goesOn = false
    }
  }

  async #loadAttempts(): Promise<Attempts> {
    try {
      const { Attempts } = await import('./attempts')
      const { storage, world } = this.#around
      const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
      return new Attempts({ storage, now: world.now, wait })
    } catch {
      this.#attempts = null
      throw new Refusal('unreachable')
    }
  }

  /** Whatever was attempted is over, also in a page before this one. */
  #forgetAttempts(): void {
    void this.#attempts?.then((attempts) => attempts.forget())
    try {
      this.#around.storage?.removeItem(ATTEMPTS_KEY)
    } catch {
      // A forbidden storage has nothing either.
    }
  }

  /** Signs out here and leaves nothing behind on this device. */
  async signOut(): Promise<void> {
    await this.#around.api.logout()
    this.#leave('outside', { erase: true })
  }

  /** After the account was deleted: there is nobody to sign out. */
  forgetAccount(): void {
    this.#leave('outside', { erase: true })
  }

  /** From `taken_over` or `ended` to the sign-in. */
  goOutside(): void {
    this.phase = 'outside'
    void this.#around.api.box().then(
      (box) => (this.box = box),
      () => {},
    )
  }

  // --- Messages --------------------------------------------------------------------------------

  /** Writes a message: shown at once, sent when it can be, kept until the box has it. */
  send(room: RoomId, body: string): ClientMsgId {
    const id = nextClientMsgId()
    this.#outbox.add(room, sendable(body), id, this.#around.world.now())
    return id
  }

  /** Tries a failed message again. */
  retry(id: ClientMsgId): void {
    this.#outbox.retry(id)
  }

  /** Gives up a message that was not sent. */
  discard(id: ClientMsgId): void {
    this.#outbox.discard(id)
  }

  /** Deletes a message for everyone. */
  async deleteMessage(room: RoomId, message: Seq): Promise<void> {
    await this.#ask({ type: 'delete', room, message })
  }

  /** Moves the read marker forward: here at once, on the box at most once a second. */
  markRead(id: RoomId, n: number): void {
    const room = this.rooms.get(id)
    if (!room || n <= room.read_n) return
    room.read_n = n
    if (this.#readTimers.has(id)) return
    this.#connection.send({ type: 'read', room: id, n })
    this.#readTimers.set(
      id,
      setTimeout(() => {
        this.#readTimers.delete(id)
        if (room.read_n > n) this.#connection.send({ type: 'read', room: id, n: room.read_n })
      }, READ_INTERVAL_MS),
    )
  }

  /** Says that keys are being pressed; call it as often as you like. */
  typing(room: RoomId): void {
    const now = this.#around.world.now()
    if (now - (this.#typingSaid.get(room) ?? 0) < TYPING_INTERVAL_MS) return
    if (this.#connection.send({ type: 'typing', room })) this.#typingSaid.set(room, now)
  }

  /** Keeps what stands in a room's composer. */
  setDraft(id: RoomId, text: string): void {
    const room = this.rooms.get(id)
    if (!room || room.draft === text) return
    room.draft = text
    this.#drafts?.set(id, text)
  }

  // --- Rooms: each answers when the box has done it, or throws a `Refusal` ----------------------

  async createRoom(name: string, access: Access, members: readonly UserId[]): Promise<RoomId> {
    return named(await this.#ask({ type: 'create_room', name, access, members: [...members] }))
  }
  /** The direct room with this person, made when there is none. */
  async openDirect(user: UserId): Promise<RoomId> {
    return named(await this.#ask({ type: 'open_direct', user }))
  }
  /** Sets one thing of a room: its name, whether it is archived, whether guests may be in it. */
  async setRoom(room: RoomId, setting: RoomSetting): Promise<void> {
    await this.#ask({ type: 'set_room', room, setting })
  }
  async joinRoom(room: RoomId): Promise<void> {
    await this.#ask({ type: 'join_room', room })
  }
  async leaveRoom(room: RoomId): Promise<void> {
    await this.#ask({ type: 'leave_room', room })
  }
  /** Resolves when the rooms are known: with the first welcome. */
  whenRoomsKnown(): Promise<void> {
    return this.roomsKnown ? Promise.resolve() : new Promise((resolve) => this.#awaitingRooms.push(resolve))
  }
  /** At most 100 at once. */
  async addMembers(room: RoomId, users: readonly UserId[]): Promise<void> {
    await this.#ask({ type: 'add_members', room, users: [...users] })
  }

  /** Reads one room that the welcome did not tell of: it is archived, or one of very many. */
  async meetRoom(id: RoomId): Promise<void> {
    if (this.#meeting.has(id)) return
    this.#meeting.add(id)
    try {
      this.#learnRoom(await this.#around.api.room(id))
    } finally {
      this.#meeting.delete(id)
    }
  }

  /** Loads some more archived rooms; says whether there are others. */
  async loadArchived(before: RoomId | undefined): Promise<{ last: RoomId | undefined; more: boolean }> {
    const page = await this.#around.api.archivedRooms(before)
    for (const room of page.rooms) this.#learnRoom(room)
    if (!page.more) this.archived = [...this.rooms.values()].filter((room) => room.settings.archived).length
    return { last: page.rooms.at(-1)?.id, more: page.more }
  }

  // --- History ---------------------------------------------------------------------------------

  /** Loads the newest messages of a room. */
  async loadNewest(room: RoomState, limit: number): Promise<void> {
    const page = await this.#history(room.id, {}, limit)
    const first = page.messages[0]
    const last = page.messages.at(-1)
    if (!first || !last) return
    if (last.n > room.last_n) room.last_n = last.n
    room.addPage(page.more_before ? first.n : 1, last.n, page.messages)
  }

  /** Loads what comes before a known message. */
  async loadBefore(room: RoomState, anchor: Message, limit: number): Promise<void> {
    const page = await this.#history(room.id, { before: anchor.id }, limit)
    const first = page.messages[0]
    room.addPage(page.more_before && first ? first.n : 1, anchor.n - 1, page.messages)
  }

  /** Loads what comes after a known message. */
  async loadAfter(room: RoomState, anchor: Message, limit: number): Promise<void> {
    const page = await this.#history(room.id, { after: anchor.id }, limit)
    const last = page.messages.at(-1)
    if (last) room.addPage(anchor.n + 1, last.n, page.messages)
  }

  /** Loads a message and what surrounds it. Throws `not_found` when it is not in this room. */
  async loadAround(room: RoomState, id: Seq, limit: number): Promise<Message> {
    const page = await this.#history(room.id, { around: id }, limit)
    const first = page.messages[0]
    const last = page.messages.at(-1)
    const target = page.messages.find((message) => message.id === id)
    if (!first || !last || !target) throw new Refusal('not_found')
    room.addPage(page.more_before ? first.n : 1, last.n, page.messages)
    return target
  }

  /** A page of search results, newest first. */
  search(
    asked: Api.SearchAsked,
    cursor: string | null,
    limit: number,
    signal: AbortSignal,
  ): Promise<SearchPage> {
    return this.#revisions.whole(
      () => this.#around.api.search(asked, cursor, limit, signal),
      (page, now) => ({ ...page, hits: page.hits.filter(({ message }) => !now(message).deleted) }),
    )
  }

  #history(room: RoomId, place: Api.HistoryPlace, limit: number): Promise<HistoryPage> {
    return this.#revisions.whole(
      () => this.#around.api.history(room, place, limit),
      (page, now) => ({ ...page, messages: page.messages.map(now) }),
    )
  }

  // --- People ----------------------------------------------------------------------------------

  /** Everyone with an account. A person who is not here, once `peopleKnown`, has deleted theirs. */
  get people(): ReadonlyMap<UserId, User> {
    return this.#directory.people
  }

  get peopleKnown(): boolean {
    return this.#directory.known
  }

  /** Those who are part of the box today. */
  get listed(): readonly User[] {
    return this.#directory.listed
  }

  /** Takes over what an answer says of a person: one's own new name, picture, role. */
  learnUser(user: User): void {
    this.#directory.learn(user)
    if (user.id !== this.me?.id) return
    const before = this.me.role
    this.me = user
    // A guest who became a member may see everyone.
    if (before !== user.role && this.peopleKnown) void this.#loadPeople()
  }

  // --- Inside ----------------------------------------------------------------------------------

  #enter(user: User): void {
    if (this.me && this.me.id !== user.id) this.#forget()
    this.#forgetAttempts()
    this.me = user
    this.phase = 'inside'
    this.#startFailures = 0
    this.#directory.meet(user)
    if (this.#around.storage) this.#drafts = keepDrafts(this.#around.storage, user.id)
    void this.#outbox.load(user.id)
    this.#connection.start()
  }

  #leave(phase: 'outside' | 'taken_over' | 'ended', { erase }: { erase: boolean }): void {
    this.#connection.stop()
    this.#outbox.close({ erase })
    if (erase) this.#drafts?.erase()
    else this.#drafts?.flush()
    this.#forget()
    if (erase) this.me = null
    if (phase === 'outside') this.goOutside()
    else this.phase = phase
  }

  #forget(): void {
    this.#welcomes += 1
    this.#revisions.unknown()
    this.#connection.after = null
    this.#drafts = null
    this.#failWaiting()
    for (const timer of this.#readTimers.values()) clearTimeout(timer)
    this.#readTimers.clear()
    for (const room of this.rooms.values()) room.stopAllTyping()
    this.rooms.clear()
    this.#directory.clear()
    this.present.clear()
    this.presentKnown = false
    this.roomsKnown = false
    this.unsent = 0
  }

  /** Read markers that were waiting for their turn. */
  #sayRead(): void {
    for (const [id, timer] of this.#readTimers) {
      clearTimeout(timer)
      const room = this.rooms.get(id)
      if (room) this.#connection.send({ type: 'read', room: id, n: room.read_n })
    }
    this.#readTimers.clear()
  }

  #linkChanged(link: Link): void {
    this.link = link
    if (link.is === 'open') return
    if (link.is === 'stopped' && link.why === 'fault') this.#outbox.faulted()
    this.#outbox.disconnected()
    this.#failWaiting()
    if (link.is !== 'stopped') return
    if (link.why === 'taken_over') this.#leave('taken_over', { erase: false })
    else if (link.why === 'signed_out') this.#leave('ended', { erase: false })
  }

  /** A browser hides why an upgrade was refused; a plain request tells. */
  async #askWhetherSignedIn(): Promise<void> {
    try {
      await this.#around.api.me()
    } catch (thrown) {
      if (this.phase === 'inside' && codeOf(thrown) === 'not_signed_in')
        this.#leave('ended', { erase: false })
    }
  }

  #ask(command: Command): Promise<RoomId | null> {
    const re = ++this.#re
    return new Promise((resolve, reject) => {
      if (!this.#connection.send({ type: 'command', re, command })) {
        reject(new Refusal('unreachable'))
        return
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(re)
        reject(new Refusal('unreachable'))
      }, ANSWER_WAIT_MS)
      this.#waiting.set(re, { resolve, reject, timer })
    })
  }

  #answered(re: number): Waiting | undefined {
    const waiting = this.#waiting.get(re)
    this.#waiting.delete(re)
    clearTimeout(waiting?.timer)
    return waiting
  }

  #failWaiting(): void {
    for (const re of [...this.#waiting.keys()]) this.#answered(re)?.reject(new Refusal('unreachable'))
  }

  #heard(message: ServerMessage): void {
    switch (message.type) {
      case 'welcome':
        this.#welcome(message)
        return
      case 'events':
        for (const event of message.events) this.#happened(event)
        return
      case 'room':
        if (!this.rooms.has(message.room.id)) this.#meetMembers()
        this.#countArchived(message.room.id, message.room.settings.archived)
        this.#learnRoom(message.room)
        return
      case 'room_settings':
        this.#countArchived(message.room, message.settings.archived)
        this.rooms.get(message.room)?.set(message)
        return
      case 'rooms_gone':
        for (const room of message.rooms) this.#forgetRoom(room)
        return
      case 'members':
        this.#members(message)
        return
      case 'read': {
        const room = this.rooms.get(message.room)
        if (room && message.n > room.read_n) room.read_n = message.n
        return
      }
      case 'typing':
        if (message.user !== this.me?.id) this.rooms.get(message.room)?.startTyping(message.user)
        return
      case 'present':
        this.present.clear()
        for (const user of message.users) this.present.add(user)
        this.presentKnown = true
        return
      case 'presence':
        for (const user of message.left) this.present.delete(user)
        for (const user of message.came) this.present.add(user)
        return
      case 'users':
        for (const user of message.users) this.learnUser(user)
        for (const user of message.gone) {
          this.#directory.drop(user)
          this.present.delete(user)
        }
        return
      case 'done':
        this.#answered(message.re)?.resolve(message.room)
        return
      case 'error':
        this.#error(message)
        return
      case 'pong':
        return
      default:
        // A frame that this page does not know.
        message satisfies never
    }
  }

  #welcome(welcome: Welcome): void {
    this.#version ??= welcome.server
    this.updated = this.#version !== welcome.server
    this.#welcomedAt = welcome.seq
    this.me = welcome.me
    this.#directory.meet(welcome.me)
    // Before the first welcome nothing of what is deleted is heard either.
    if (welcome.resume !== 'ok') this.#doubt()
    const gone = new Set(this.rooms.keys())
    for (const room of welcome.rooms) {
      gone.delete(room.id)
      this.#welcomeTo(room, welcome.resume)
    }
    this.archived = welcome.archived
    void this.#meetOthers(welcome, gone)
    this.roomsKnown = true
    for (const resolve of this.#awaitingRooms.splice(0)) resolve()
    this.#outbox.connected()
    void this.#loadPeople()
  }

  #welcomeTo(room: Room, resume: Welcome['resume']): void {
    const state = this.#learnRoom(room)
    if (resume === 'reload') state.forgetHistory()
    if (state.read_n > room.read_n) this.#connection.send({ type: 'read', room: room.id, n: state.read_n })
  }

  /** Loads the rooms that the welcome had no place for, by pages; then asks what became of those not told of. */
  async #meetOthers(welcome: Welcome, untold: Set<RoomId>): Promise<void> {
    const mine = ++this.#welcomes
    let before: RoomId | undefined
    let { more } = welcome
    for (let pages = 0; more && pages < JOINED_PAGES_MAX; pages += 1) {
      const page = await this.#around.api.joinedRooms(before).catch(() => null)
      if (mine !== this.#welcomes) return
      if (page === null) break
      for (const room of page.rooms) {
        const known = this.rooms.get(room.id)
        // What was told by the connection is newer.
        const older = known && (!untold.has(room.id) || known.last_n > room.last_n)
        untold.delete(room.id)
        if (!older) this.#welcomeTo(room, welcome.resume)
      }
      before = page.rooms.at(-1)?.id
      more = page.more
    }
    await this.#lookFor(untold)
  }

  #happened(event: Event): void {
    const { room, seq, what } = event
    switch (what.type) {
      case 'message':
        // What is no newer than the welcome was missed.
        this.#message(what, seq > this.#welcomedAt)
        return
      case 'deleted':
        this.#revisions.heard(event)
        this.rooms.get(room)?.bury(what.message, what.n, seq)
        for (const burier of this.buriers) burier(what.message)
        return
      default:
        // A kind that this page does not know.
        what satisfies never
    }
  }

  #message(message: Message, live: boolean): void {
    const mine = message.author === this.me?.id
    if (mine) this.#outbox.confirmed(message.room, message.client_msg_id)
    const room = this.rooms.get(message.room)
    // One of very many rooms, of which the welcome tells only the liveliest.
    if (!room && live) void this.meetRoom(message.room).catch(() => {})
    if (!room) return
    const isNew = message.n > room.last_n
    const known = room.add(message)
    if (mine && message.n > room.read_n) room.read_n = message.n
    if (live && isNew && !mine && !known.deleted) for (const hearer of this.hearers) hearer(room, known)
  }

  /** What was deleted of late is not known: nothing that was loaded before is to be shown. */
  #doubt(): void {
    this.#revisions.unknown()
    this.reloads += 1
  }

  /** Rooms of which a welcome no longer tells: archived meanwhile, or left. What was being written is kept till it is known. */
  async #lookFor(rooms: ReadonlySet<RoomId>): Promise<void> {
    for (const id of rooms) {
      try {
        await this.meetRoom(id)
      } catch (thrown) {
        const code = codeOf(thrown)
        if (code !== 'not_a_member' && code !== 'not_found') return
        this.#forgetRoom(id)
      }
    }
  }

  #countArchived(room: RoomId, archived: boolean): void {
    const before = this.rooms.get(room)
    if (before && before.settings.archived !== archived) this.archived += archived ? 1 : -1
  }

  #learnRoom(room: Room): RoomState {
    const known = this.rooms.get(room.id)
    if (known) {
      known.learn(room)
      return known
    }
    const state = new RoomState(room, this.#connection.after ?? 0)
    state.pending = this.#outbox.pendingIn(room.id)
    state.draft = this.#drafts?.get(room.id) ?? ''
    this.rooms.set(room.id, state)
    return state
  }

  #forgetRoom(id: RoomId): void {
    this.rooms.get(id)?.stopAllTyping()
    // Of what is deleted in a room one is not in nothing is heard, and one may come back.
    if (this.rooms.delete(id)) this.#doubt()
    this.#outbox.discardRoom(id)
    this.#drafts?.set(id, '')
  }

  #members(change: Extract<ServerMessage, { type: 'members' }>): void {
    const room = this.rooms.get(change.room)
    if (!room) return
    room.member_count = change.member_count
    room.membersChanged += 1
    if (change.joined.some((user) => !this.people.has(user))) this.#meetMembers()
    for (const user of change.left) room.stopTyping(user)
  }

  #error(error: Extract<ServerMessage, { type: 'error' }>): void {
    if (error.client_msg_id !== undefined) {
      this.#outbox.refused(error.client_msg_id, error.code, error.retry_ms)
    } else if (error.re !== undefined) {
      this.#answered(error.re)?.reject(new Refusal(error.code, error.message, error.retry_ms))
    }
  }

  /** A guest knows only those they share a room with, and may share one with more now. */
  #meetMembers(): void {
    if (this.me?.role === 'guest') void this.#loadPeople()
  }

  #loadPeople(): Promise<void> {
    const me = this.me?.id
    return this.#directory.load(() => this.me?.id === me && this.phase === 'inside')
  }
}

function activity(room: RoomState): Seq {
  return room.last?.id ?? room.appeared
}

/** What the protocol does not carry is left out: NUL, and halves of characters that a paste tore apart. */
function sendable(body: string): string {
  return wellFormed(body.replaceAll('\0', ''))
}

function named(room: RoomId | null): RoomId {
  if (room === null) throw new Refusal('unexpected', 'the answer names no room')
  return room
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Refusal ? thrown.code : 'unexpected'
}
