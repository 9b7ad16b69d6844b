/** One room as this person sees it: what the box said of it, and what is being written here. */

import type { Component } from 'svelte'
import type {
  Act,
  Attachment,
  ClientMsgId,
  Event,
  LastMessage,
  Message,
  Notify,
  Receipt,
  Room,
  RoomId,
  RoomKind,
  RoomRole,
  RoomSettings,
  Seq,
  UserId,
} from '../protocol'
import type { FaultCode } from './api'
import { attachedIn } from './attached'
import { preview } from './preview'
import type { QueuedCommand } from './queuedCommands'
import { changed } from './revisions'
import { ROWS_KEPT_MAX, ROWS_UNSEEN_KEPT_MAX, Timeline } from './timeline'

/** How long "is typing" is shown after the last word of it. */
export const TYPING_SHOWN_MS = 5_000

/** Unread messages of a room that are counted one by one; of more nobody sees how many there are. */
const UNREAD_COUNTED_MAX = 1_000

/** A message of this person that the box has not confirmed. */
export type Pending = {
  readonly client_msg_id: ClientMsgId
  readonly room: RoomId
  readonly body: string
  /** When it was written, by this device's clock. */
  readonly written_at: number
  /** Why it was refused; null while it is waiting or on its way. */
  readonly failed: FaultCode | null
  /** What it brings beside words, as the box will tell of it, as far as that is known here; the bytes are kept apart. */
  readonly attachments?: readonly Attachment[] | undefined
  /** The message to which it is a reply. */
  readonly reply_to?: Seq | undefined
}

/** A message whose text is changed in the composer. */
export type EditingState = {
  readonly message: Message
  text: string
  /** Whether it says anything. */
  readonly isSavable: boolean
  save(): void
  stop(): void
}

/** Messages are being chosen, to do something with all of them. */
export type SelectingState = {
  /** What draws the check box of one. */
  readonly Check: Component<{ selecting: SelectingState; message: Message | null; active: boolean }>
  has(id: Seq): boolean
  toggle(message: Message): void
}

export class RoomState {
  readonly id: RoomId
  kind = $state<RoomKind>('open')
  /** `name` is empty for the unnamed room for everybody, and for direct rooms while both are here: show `roomTitle(room)`. */
  settings = $state.raw({} as RoomSettings)
  role = $state<RoomRole>('member')
  /** What this person wants to be notified of here. */
  notify = $state<Notify>('mine')
  /** All that this person may do here. */
  may = $state.raw<readonly Act[]>([])
  /** The other person of a direct room; null when that account is gone, and in every other room. */
  with = $state<UserId | null>(null)
  member_count = $state(0)
  last_n = $state(0)
  read_n = $state(0)
  last = $state.raw<LastMessage | null>(null)
  /** How far the other person of a direct room is, as far as the box has told. */
  receipt = $state.raw<Receipt>()
  /** When this person came in: its place among the others while nothing is said in it. */
  joined_at = $state(0)

  /** Who is typing now, in the order they began. */
  typing = $state.raw<readonly UserId[]>([])
  /** What stands in the composer. */
  draft = $state('')
  /** Not confirmed yet, in the order they were written. */
  pending = $state.raw<readonly Pending[]>([])
  /** What is done with its messages and not confirmed yet, in the order in which it was done. */
  queued = $state.raw<readonly QueuedCommand[]>([])
  /** The message that the composer changes, in place of writing a new one. */
  editing = $state.raw<EditingState | null>(null)
  /** The message to which what is written next is a reply. */
  replying = $state.raw<Message | null>(null)
  /** Messages of it are being chosen. */
  selecting = $state.raw<SelectingState | null>(null)
  /** Counts changes of who is in it: load the members again. */
  membersChanged = $state(0)
  /** Counts changes of `timeline`. */
  changed = $state(0)
  readonly timeline = new Timeline()
  /** The number around which messages are being read, kept longest; null while nobody looks: see `leave`. */
  looked: number | null = null
  /**
   * The box may have gone back to an earlier history: what it says from then on is all that counts. The newest message heard
   * since, 0 before the first; null once it has said how things are.
   */
  heardN: number | null = null
  /** How often this person has set the read marker back, as far as the box has said. */
  setBack = 0
  /** It was set back here: what is on the screen is not read before the room is opened again. */
  isHeld = $state(false)
  /** It is to be set back to before message `n`, and the box has not said that it is; it was at `from`. */
  settingBack: { readonly n: number; readonly from: number } | null = null

  /** Whether this was a talk with somebody who is not here any more. */
  readonly personGone = $derived(this.kind === 'direct' && this.with === null)
  /** Numbers of messages that were deleted before they were read here. */
  #deleted = $state.raw<ReadonlySet<number>>(new Set())
  readonly unread: number = $derived.by(() => {
    let count = this.last_n - this.read_n
    for (const n of this.#deleted) if (n > this.read_n && n <= this.last_n) count -= 1
    return Math.max(0, count)
  })

  #typingTimers = new Map<UserId, ReturnType<typeof setTimeout>>()

  constructor(room: Room) {
    this.id = room.id
    this.learn(room)
  }

  /** Takes over what the box says of the room. */
  learn(room: Room): void {
    this.kind = room.kind
    this.set(room)
    this.role = room.role
    this.notify = room.notify ?? (room.kind === 'direct' ? 'all' : 'mine')
    this.with = room.with
    this.member_count = room.member_count
    const { heardN } = this
    if (heardN !== null) {
      this.heardN = null
      this.#deleted = new Set()
      this.settingBack = null
      if (!heardN || this.read_n < heardN) this.read_n = 0
    }
    // What was heard after the box was asked is newer than its answer.
    if (!heardN || heardN <= room.last_n) {
      this.last_n = room.last_n
      this.last = room.last
    }
    const { set_back = 0 } = room
    const isSetBack = set_back !== this.setBack
    // Whoever has left and come back has another marker.
    const isAnother = this.joined_at > 0 && this.joined_at !== room.joined_at
    if (isSetBack || isAnother) this.settingBack = null
    if (isSetBack || isAnother) this.read_n = room.read_n
    else if (!this.settingBack) this.read_n = Math.max(this.read_n, room.read_n)
    this.setBack = set_back
    this.joined_at = room.joined_at
    this.receipt = room.receipt
    this.#passOver(room.deleted)
  }

  /** This person has read up to `n`, on whatever device: before they set it back here, or after. */
  readElsewhere({ n, set_back = 0 }: { readonly n: number; readonly set_back?: number }): void {
    if (set_back === this.setBack && !this.settingBack) this.read_n = Math.max(this.read_n, n)
  }

  /** The newest message, as far as the box has said since it may have gone back. */
  get newestN(): number {
    return this.heardN ?? this.last_n
  }

  /** Numbers of messages above `read_n` that were deleted. */
  get deleted(): ReadonlySet<number> {
    return this.#deleted
  }

  /** Takes over what has been set of the room, and what follows from it. */
  set({ settings, may }: Pick<Room, 'settings' | 'may'>): void {
    this.settings = settings
    this.may = may
  }

  /** Does not count these as unread, deleted as they are. */
  #passOver(ranges: readonly (readonly [number, number])[]): void {
    const least = Math.max(this.read_n + 1, this.last_n - UNREAD_COUNTED_MAX)
    const unread = ranges.filter(([, last]) => last >= least)
    if (unread.length === 0) return
    const deleted = new Set([...this.#deleted].filter((n) => n >= least))
    for (const [first, last] of unread) for (let n = Math.max(first, least); n <= last; n += 1) deleted.add(n)
    this.#deleted = deleted
  }

  /**
   * A message of this room, new or known; gives it as it is known now. Numbers are dense: a gap simply begins a new range.
   */
  add(heard: Message): Message {
    this.timeline.insert(heard.n, heard.n, [heard])
    const message = this.timeline.find(heard.id) ?? heard
    this.#letGo(message.n)
    this.changed += 1
    this.stopTyping(message.author)
    const { n } = message
    if (n < this.newestN) return message
    if (this.heardN !== null && n > this.heardN) {
      this.heardN = n
      // Nobody has read it yet, however far an earlier history was.
      this.read_n = Math.min(this.read_n, n - 1)
    }
    this.last_n = n
    this.last = {
      id: message.id,
      author: message.author,
      preview: preview(message.body),
      sent_at: message.sent_at,
      attached: message.attachments && attachedIn(message.attachments),
    }
    return message
  }

  /** A page of history that covers `from` to `to`. */
  addPage(from: number, to: number, rows: readonly Message[]): void {
    this.timeline.insert(from, to, rows)
    // Who asked for it is about to look at it.
    this.timeline.trim(Math.round((from + to) / 2), ROWS_KEPT_MAX)
    this.changed += 1
  }

  /** Nobody looks at it any more. */
  leave(): void {
    this.looked = null
    this.#letGo(this.last_n)
  }

  /** Of what lies far from where messages are being read; where nobody reads, far from `n`. */
  #letGo(n: number): void {
    if (this.looked === null) this.timeline.trim(n, ROWS_UNSEEN_KEPT_MAX)
    else this.timeline.trim(this.looked, ROWS_KEPT_MAX)
  }

  /** A message was deleted. */
  bury(id: Seq, n: number, event: Event): void {
    this.#passOver([[n, n]])
    this.#change(id, event)
    if (this.last?.id === id) this.last = { ...this.last, preview: '', attached: undefined }
  }

  /** A message says something else. */
  edit({ id, body }: Message, event: Event): void {
    this.#change(id, event)
    if (this.last?.id === id) this.last = { ...this.last, preview: preview(body) }
  }

  /** What is sent now is the reply, and what is sent after it is none. */
  takeReply(): { readonly reply_to?: Seq } {
    const reply_to = this.replying?.id
    this.replying = null
    return reply_to === undefined ? {} : { reply_to }
  }

  /** People have put emoji to a message, or pinned it, or do so no more. */
  mark(id: Seq, event: Event): void {
    this.#change(id, event)
  }

  #change(id: Seq, event: Event): void {
    const isKnown = this.timeline.replace(id, (message) => changed(message, event))
    const isQuoted =
      (event.what.type === 'deleted' || event.what.type === 'edited') && this.timeline.requote(id, event)
    if (isKnown || isQuoted) this.changed += 1
  }

  forgetHistory(): void {
    this.heardN = 0
    this.timeline.clear()
    this.changed += 1
  }

  startTyping(user: UserId): void {
    clearTimeout(this.#typingTimers.get(user))
    this.#typingTimers.set(
      user,
      setTimeout(() => this.stopTyping(user), TYPING_SHOWN_MS),
    )
    if (!this.typing.includes(user)) this.typing = [...this.typing, user]
  }

  stopTyping(user: UserId): void {
    // Its timer, if it is left, finds nothing to do, or is ended when they type again.
    if (this.typing.includes(user)) this.typing = this.typing.filter((other) => other !== user)
  }
}
