/**
 * The state of the chat: who is signed in, the people, the rooms, and the connection that keeps them current. It is made
 * of parts; here they are put together, and what the box says is handed to the one that it is for. Screens read it and
 * call its parts; nobody else talks to the box's socket.
 *
 * The page's own instance is `chat` of `src/chat.ts`.
 */
import type { BoxInfo, ClientMsgId, Room, RoomId, ServerMessage, SessionId, User, UserId } from '../protocol'
import { accountOf } from './account'
import { Refusal } from './api'
import { Arrivals } from './arrivals'
import type { Recalled } from './cache'
import { Commands } from './commands'
import { Connection, type Link } from './connection'
import { Directory } from './directory.svelte'
import type { DraftSync } from './draftSync'
import { Entry, type Phase } from './entry.svelte'
import { Events } from './events.svelte'
import type { Heard } from './heardMap.svelte'
import type { HeardMarks } from './heardMarks.svelte'
import { History } from './history'
import type { Kept, KeptSource } from './kept'
import { NEW_PLACE_KEY } from './newPlaceKey'
import type { Beside } from './outbox'
import { Presence } from './presence.svelte'
import { ReadMarkers } from './readMarkers'
import { Revisions } from './revisions'
import { RoomState } from './room.svelte'
import { Rooms } from './rooms.svelte'
import type { Surroundings } from './surroundings'

type Welcome = Extract<ServerMessage, { type: 'welcome' }>

export class Chat {
  readonly entry: Entry
  readonly rooms: Rooms
  readonly presence: Presence
  readonly commands: Commands
  readonly events: Events
  readonly history: History
  link = $state.raw<Link>({ is: 'idle' })
  /** Who took this person out of a room last, and out of which. */
  takenOut = $state.raw<{ room: RoomState; by: UserId } | null>(null)
  /** Whether the box runs another version than the one this page came from. */
  updated = $state(false)
  /** Messages not confirmed yet, over all rooms. */
  unsent = $state(0)
  /** A sign-in to this account at another place, of which this device has not told yet; 0 where there is none. */
  newPlace = $state<SessionId>(0)
  /** Who has heard which voice message: there from the first one on. */
  heardMarks: HeardMarks | null = null
  /** What has them on all devices: it comes later. */
  draftSync: DraftSync | null = null
  /** What the last welcome said: whether the box has drafts, and whether it may be of an earlier time than this page. */
  welcomedWith: readonly [drafts: boolean, isOther: boolean] | null = null

  #around: Surroundings
  #directory: Directory
  #connection: Connection
  #markers: ReadMarkers
  #arrivals: Arrivals
  /** The box's version at the first welcome. */
  #version: string | null = null

  constructor(around: Surroundings) {
    this.#around = around
    this.#connection = new Connection(around.world, {
      heard: (message) => this.#arrivals.arrived(message),
      linkChanged: (link) => this.#linkChanged(link),
      unanswered: () => void this.entry.askWhetherSignedIn(),
    })
    const send: Connection['send'] = (message) => this.#connection.send(message)
    this.entry = new Entry(around, {
      entered: (user, before, recalled) => this.#entered(user, before, recalled),
      left: () => this.#left(),
    })
    this.rooms = new Rooms(around.api, {
      met: (room) => this.#met(room),
      welcomed: (room, told) => {
        this.#markers.saySetBack(room)
        if (room.settingBack ? room.read_n >= room.settingBack.n : room.read_n > told.read_n)
          this.#markers.say(room)
      },
      left: (room) => this.#leftRoom(room),
    })
    this.presence = new Presence(send, around.world.now)
    this.commands = new Commands(send)
    const revisions = new Revisions()
    this.events = new Events(this.rooms, revisions, {
      me: () => this.me?.id,
      confirmed: (room, id) => this.#kept.outbox.confirmed(room, id),
    })
    this.#arrivals = new Arrivals(around.world.frame, (message) => this.#heard(message))
    this.history = new History(around.api, revisions)
    this.#directory = new Directory(around.api)
    this.#markers = new ReadMarkers(send)
  }

  get #kept(): Kept {
    return this.entry.kept
  }

  get phase(): Phase {
    return this.entry.phase
  }

  /** Who the box is; null until it answered once. */
  get box(): BoxInfo | null {
    return this.entry.box
  }

  /** Who is signed in; kept after `ended`, to offer the way back. */
  get me(): User | null {
    return this.entry.me
  }

  // --- The window ------------------------------------------------------------------------------

  /** The network came back or the page became visible: try at once. */
  wake(): void {
    if (this.phase === 'unreachable') void this.entry.start()
    else if (this.phase === 'inside') this.#connection.wake()
  }

  /** The page is being left: others should see it now and not after 45 s. */
  hide(): void {
    this.#arrivals.takeUp()
    if (this.phase === 'inside') {
      this.draftSync?.leaveAll()
      this.#markers.sayAll()
      this.#connection.stop()
    }
    void this.#kept.flush()
  }

  /** The page came back from the browser's memory, or is the one to connect where the link stopped for `too_many`. */
  show(): void {
    if (this.phase === 'inside') this.#connection.start()
  }

  // --- Writing and reading ---------------------------------------------------------------------

  /** Writes a message: shown at once, sent when it can be, kept until the box has it. */
  send(room: RoomId, body: string, beside?: Beside): ClientMsgId {
    return this.#kept.send(room, body, beside)
  }

  /** Tries a failed message again. */
  retry(id: ClientMsgId): void {
    this.#kept.outbox.retry(id)
  }

  /** Gives up a message that was not sent. */
  discard(id: ClientMsgId): void {
    this.#kept.outbox.discard(id)
  }

  /** Keeps what stands in a room's composer. */
  setDraft(id: RoomId, text: string): void {
    const room = this.rooms.get(id)
    if (!room || room.draft === text) return
    room.draft = text
    this.#kept.setDraft(id, text)
    this.draftSync?.changed(id)
  }

  /** The same of what the box has. */
  takeDraft(id: RoomId, text: string): void {
    const room = this.rooms.get(id)
    if (!room || room.draft === text) return
    room.draft = text
    this.#kept.setDraft(id, text, true)
  }

  /** Whether the box lacks what was typed there, and that it has it: see `DraftSync`. */
  get draftsAhead(): Pick<Kept, 'isAhead' | 'settle'> {
    return this.#kept
  }

  /** Moves the read marker forward: here at once, on the box at most once a second. */
  markRead(id: RoomId, n: number): void {
    const room = this.rooms.get(id)
    if (room && !room.isHeld) this.#markers.move(room, n)
  }

  /** From message number `n` on nothing of this room is read, on no device of this person. */
  setBack(room: RoomState, n: number): void {
    this.#markers.setBack(room, n)
    room.isHeld = true
  }

  // --- People ----------------------------------------------------------------------------------

  /** Everyone with an account. A person who is not here, once `peopleKnown`, has deleted theirs. */
  get people(): Heard<UserId, User> {
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
    this.entry.me = user
    // A guest who became a member may see everyone.
    if (before !== user.role && this.peopleKnown) void this.#loadPeople()
  }

  // --- Coming and going ------------------------------------------------------------------------

  #entered(user: User, before: User | null, recalled: Recalled | null): void {
    if (before && accountOf(before) !== accountOf(user)) this.#left()
    this.#directory.meet(user)
    const source: KeptSource = {
      entry: this.entry,
      rooms: this.rooms,
      directory: this.#directory,
      connection: this.#connection,
      takeUp: () => this.#arrivals.takeUp(),
      reloads: () => this.events.reloads,
      countUnsent: (count) => (this.unsent = count),
    }
    this.#kept.enter(user, source, recalled)
    this.#connection.start()
  }

  #left(): void {
    this.#connection.stop()
    this.#kept.leave()
    this.#arrivals.drop()
    this.events.forget()
    this.#connection.after = null
    this.commands.fail()
    this.#markers.forget()
    this.heardMarks?.forget()
    this.draftSync = this.welcomedWith = null
    this.rooms.clear()
    this.takenOut = null
    this.#directory.clear()
    this.presence.clear()
    this.unsent = 0
    this.newPlace = 0
  }

  #linkChanged(link: Link): void {
    this.#arrivals.takeUp()
    this.link = link
    this.presence.isTold = link.is === 'open'
    if (link.is === 'open' || link.is === 'silent') return
    if (link.is === 'stopped' && link.why === 'fault') this.#kept.outbox.faulted()
    this.#kept.outbox.disconnected()
    this.commands.fail()
    if (link.is !== 'stopped') return
    if (link.why === 'taken_over') this.entry.over(link.why)
    else if (link.why === 'signed_out') void this.entry.askWhetherSignedIn(true)
  }

  // --- What the box says -----------------------------------------------------------------------

  #heard(message: ServerMessage): void {
    switch (message.type) {
      case 'welcome':
        this.#welcome(message)
        return
      case 'events':
        for (const event of message.events) this.events.heard(event)
        return
      case 'room':
        if (!this.rooms.get(message.room.id)) this.#meetMembers()
        this.rooms.told(message.room, message.back ?? false)
        return
      case 'room_settings':
        this.rooms.set(message)
        return
      case 'rooms_gone':
        this.#roomsGone(message)
        return
      case 'box':
        if (this.box) this.entry.box = { ...this.box, guests: message.guests }
        return
      case 'members':
        this.#members(message)
        return
      case 'read': {
        this.rooms.get(message.room)?.readElsewhere(message)
        return
      }
      case 'receipts':
        for (const told of message.receipts) {
          const room = this.rooms.get(told.room)
          if (room) room.receipt = told
        }
        return
      case 'draft':
        this.draftSync?.told(message)
        return
      case 'heard_mark':
        this.heardMarks?.told(message)
        return
      case 'typing':
        if (message.user !== this.me?.id) this.rooms.get(message.room)?.startTyping(message.user)
        return
      case 'present':
        this.presence.become(message.users)
        return
      case 'presence':
        this.presence.change(message.came, message.left)
        return
      case 'users':
        for (const user of message.users) this.learnUser(user)
        for (const user of message.gone) {
          this.#directory.drop(user)
          this.presence.drop(user)
        }
        return
      case 'done':
        this.commands.done(message)
        return
      case 'error':
        this.#error(message)
        return
      case 'signed_in':
        this.newPlace = message.session
        return
      case 'pong':
        return
      default:
        // A frame that this page does not know.
        message satisfies never
    }
  }

  #welcome(welcome: Welcome): void {
    if (!this.me || accountOf(welcome.me) !== accountOf(this.me)) {
      // Somebody else came in by another tab: nothing that is here is theirs.
      this.entry.enter(welcome.me, true, false)
      return
    }
    this.#version ??= welcome.server
    this.updated = this.#version !== welcome.server
    this.events.welcomedAt = welcome.seq
    this.entry.me = welcome.me
    const newest = welcome.newest_session
    if (this.#around.storage?.getItem(NEW_PLACE_KEY) !== String(newest)) this.newPlace = newest
    this.#directory.meet(welcome.me)
    // Before the first welcome nothing of what is deleted is heard either.
    if (welcome.resume !== 'ok') this.events.doubt(welcome.seq)
    this.rooms.welcome(welcome)
    this.#kept.connected()
    this.heardMarks?.welcomed()
    this.welcomedWith = [welcome.drafts ?? false, welcome.resume === 'reload']
    void this.draftSync?.welcomed(...this.welcomedWith)
    this.entry.confirm()
    void this.#loadPeople()
  }

  #met(room: Room): RoomState {
    const state = new RoomState(room)
    this.#kept.met(state)
    queueMicrotask(() => this.draftSync?.met(room.id))
    return state
  }

  #roomsGone({ rooms, archived, by }: Extract<ServerMessage, { type: 'rooms_gone' }>): void {
    this.rooms.archived -= archived
    for (const id of rooms) {
      const room = this.rooms.get(id)
      if (room && by) this.takenOut = { room, by }
      this.rooms.forget(id)
    }
  }

  #leftRoom(id: RoomId): void {
    // Of what is deleted in a room one is not in nothing is heard, and one may come back.
    this.events.doubt()
    this.#kept.forgetRoom(id)
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
      this.#kept.outbox.refused(error.client_msg_id, error.code, error.retry_ms)
    } else if (error.re !== undefined) {
      this.commands.refused(error.re, new Refusal(error.code, error.message, error.retry_ms))
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
