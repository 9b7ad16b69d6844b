/** What has been read of a room: told to the box, and shown as the line before what is new. */
import { tick } from 'svelte'
import type { Chat } from '../core/chat.svelte'
import type { RoomState } from '../core/room.svelte'
import type { Scroll } from './scroll'
import type { TimelineView } from './view.svelte'

type Marker = Pick<Chat, 'markRead'>

export class Reading {
  /** What is new begins after this number; null when nothing is. */
  lineN = $state<number | null>(null)
  #chat: Marker
  #room: RoomState
  #view: TimelineView
  #scroll: Scroll
  /** What was missed is still to come. */
  #catchesUp = false

  constructor(chat: Marker, view: TimelineView, scroll: Scroll) {
    this.#chat = chat
    this.#room = view.room
    this.#view = view
    this.#scroll = scroll
  }

  /** The room is opened. */
  begin(): void {
    if (this.lineN === null) this.beginAnew()
  }

  /** What is new begins where one stands now. */
  beginAnew(): void {
    const { unread, read_n } = this.#room
    if (unread > 0 && read_n > (this.lineN ?? -1)) this.lineN = read_n
  }

  /** Tells the box of whatever is in sight. */
  mark(): void {
    const room = this.#room
    if (document.visibilityState !== 'visible' || room.unread === 0 || !this.#view.ready) return
    if (!this.#scroll.attached) return
    if (this.#scroll.pinned && this.#view.atEnd) {
      this.#chat.markRead(room.id, room.last_n)
      return
    }
    const last = this.#scroll.lastRead()
    if (last) this.#chat.markRead(room.id, Number(last.dataset.n))
  }

  /** It was set back while it is in sight, or is opened again after that. */
  held(isHeld: boolean): void {
    if (isHeld) this.lineN = this.#room.read_n
    else this.mark()
  }

  /** Something has arrived. */
  heard(): void {
    // What comes while nobody looks is new, and so is what was missed: of that the room tells before it arrives.
    const isMissed = this.#view.ready && this.#scroll.pinned && !this.#view.atEnd
    if (isMissed) this.#catchesUp = true
    if (isMissed || document.visibilityState !== 'visible') this.beginAnew()
    else this.mark()
  }

  /** Whether the line is not to leave the list: nobody has seen yet what comes below it. */
  get keepsLine(): boolean {
    return this.#catchesUp || document.visibilityState !== 'visible'
  }

  /** What has arrived is in its place. */
  placed(): void {
    if (this.#view.atEnd) this.#catchesUp = false
  }

  /** The page came into sight, or went out of it. */
  looked(): void {
    if (document.visibilityState === 'visible') void tick().then(() => this.mark())
  }
}
