/**
 * Heard marks: who has heard one's own voice messages, and which of others' one has heard oneself, on any device. They are no
 * events and not in the cache: whatever is shown is asked for, and asked for again when the page is back after an absence, in
 * which it has heard of none. It comes with the first voice message; its own world is handed in.
 */
import { HEARD_ASKED_MAX } from '../limits'
import type { HeardMarks as Answer, RoomId, Seq, ServerMessage, UserId } from '../protocol'
import { HeardMap } from './heardMap.svelte'

/** Marks that are kept of messages that are not shown. */
export const HEARD_KEPT_MAX = 500

export type HeardWorld = {
  me(): UserId | undefined
  ask(room: RoomId, messages: readonly Seq[]): Promise<Answer>
  /** Says that it was heard, now or when the box is there again. */
  mark(room: RoomId, message: Seq): void
}

type Told = Extract<ServerMessage, { type: 'heard_mark' }>

export class HeardMarks {
  #world: HeardWorld
  /** Who has, as far as this person is told; not there while that is not known. */
  #by = new HeardMap<Seq, readonly UserId[]>()
  /** How often each is shown. */
  #shown = new Map<Seq, { readonly room: RoomId; times: number }>()
  /** What is asked for in a moment, by room. */
  #wanted = new Map<RoomId, Set<Seq>>()
  /** Grows when somebody else comes in: what was asked for before is not theirs. */
  #age = 0

  constructor(world: HeardWorld) {
    this.#world = world
  }

  /** Who has heard it: of one's own. */
  by(message: Seq): readonly UserId[] {
    return this.#by.get(message) ?? []
  }

  /** Whether one has heard it oneself; undefined while that is not known. */
  hasHeard(message: Seq): boolean | undefined {
    const me = this.#world.me()
    return me === undefined ? undefined : this.#by.get(message)?.includes(me)
  }

  /** It is on the screen: what is known of it is true from now on, until what this gives is called. */
  show(room: RoomId, message: Seq): () => void {
    const shown = this.#shown.get(message)
    if (shown) shown.times += 1
    else this.#shown.set(message, { room, times: 1 })
    if (!this.#by.has(message)) this.#want(room, message)
    return () => this.#hide(message)
  }

  /** Asks for them; what cannot be had is not known then. */
  async know(room: RoomId, messages: readonly Seq[]): Promise<void> {
    const age = this.#age
    const answer = await this.#world.ask(room, messages).catch(() => null)
    if (!answer || age !== this.#age) return
    for (const message of messages) this.#add(message, [])
    for (const { message, by } of answer.heard) this.#add(message, by)
  }

  /** It begins to be played here. */
  mark(room: RoomId, message: Seq): void {
    const me = this.#world.me()
    if (me === undefined || this.#by.get(message)?.includes(me)) return
    this.#add(message, [me])
    this.#world.mark(room, message)
  }

  told({ message, by }: Told): void {
    // Of what is not known nothing is known with one more either.
    if (this.#by.has(message)) this.#add(message, [by])
  }

  /** The page is back: nothing was heard of what has come meanwhile. */
  welcomed(): void {
    for (const message of [...this.#by.keys()]) if (!this.#shown.has(message)) this.#by.delete(message)
    for (const [message, { room }] of this.#shown) this.#want(room, message)
  }

  /** Nobody is in any more. */
  forget(): void {
    this.#age += 1
    this.#by.clear()
    this.#wanted.clear()
  }

  #hide(message: Seq): void {
    const shown = this.#shown.get(message)
    if (!shown) return
    shown.times -= 1
    if (shown.times > 0) return
    this.#shown.delete(message)
    if (this.#by.size > HEARD_KEPT_MAX) this.#by.delete(message)
  }

  /** Marks are never taken back: whatever comes in whatever order is added. */
  #add(message: Seq, by: readonly UserId[]): void {
    const known = this.#by.get(message)
    if (!known) this.#by.set(message, by)
    else if (!by.every((one) => known.includes(one))) this.#by.set(message, [...new Set([...known, ...by])])
  }

  /** Asked for together, all that is drawn at once. */
  #want(room: RoomId, message: Seq): void {
    if (this.#wanted.size === 0) setTimeout(() => this.#askAll())
    const wanted = this.#wanted.get(room)
    if (wanted) wanted.add(message)
    else this.#wanted.set(room, new Set([message]))
  }

  #askAll(): void {
    const wanted = [...this.#wanted]
    this.#wanted.clear()
    for (const [room, messages] of wanted) {
      const all = [...messages]
      for (let at = 0; at < all.length; at += HEARD_ASKED_MAX) {
        void this.know(room, all.slice(at, at + HEARD_ASKED_MAX))
      }
    }
  }
}
