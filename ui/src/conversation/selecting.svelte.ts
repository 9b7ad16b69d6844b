/** Messages of a room that are chosen, to do something with all of them. */
import { HeardMap } from '../core/heardMap.svelte'
import type { RoomState, SelectingState } from '../core/room.svelte'
import { t } from '../i18n/screens'
import { toasts } from '../parts/toasts.svelte'
import type { Message, Seq } from '../protocol'

/** Chosen at once: some screens full. What is done with them takes seconds, and a copy of them is still read. */
export const SELECTED_MAX = 100

export class Selecting implements SelectingState {
  readonly Check: SelectingState['Check']
  #room: RoomState
  /** As they were when they were chosen: far away from where one reads, the room lets go of them. */
  #chosen = new HeardMap<Seq, Message>()
  /** Where a stretch begins. */
  #anchor: Seq
  /** What the stretch holds that was not chosen before. */
  #stretch: readonly Seq[] = []

  /** Those that are there still, in order, as they are now. */
  readonly messages: readonly Message[] = $derived.by(() => {
    void this.#room.changed
    return [...this.#chosen.values()]
      .map((held) => this.#room.timeline.find(held.id) ?? held)
      .filter(({ deleted }) => !deleted)
      .sort((one, other) => one.n - other.n)
  })

  constructor(room: RoomState, first: Message, Check: SelectingState['Check']) {
    this.#room = room
    this.Check = Check
    this.#anchor = first.id
    this.#add(first)
  }

  has(id: Seq): boolean {
    return this.#chosen.has(id)
  }

  toggle(message: Message): void {
    this.#anchor = message.id
    this.#stretch = []
    if (this.has(message.id)) this.#chosen.delete(message.id)
    else this.#add(message)
  }

  /** Chooses all from where one was chosen last up to this one, of those that are in the page. */
  extendTo(message: Message, there: readonly Message[]): void {
    const [from, to] = [this.#anchor, message.id].map((id) => there.findIndex((one) => one.id === id))
    if (from === undefined || to === undefined || from < 0 || to < 0) {
      this.toggle(message)
      return
    }
    for (const id of this.#stretch) this.#chosen.delete(id)
    // From where it begins, so that what is beyond the limit is what is far from there.
    const meant = there.slice(Math.min(from, to), Math.max(from, to) + 1)
    if (to < from) meant.reverse()
    const more = meant.filter(({ id }) => !this.#chosen.has(id))
    this.#stretch = more.filter((one) => this.#add(one)).map(({ id }) => id)
  }

  stop(): void {
    if (this.#room.selecting === this) this.#room.selecting = null
  }

  /** Says whether there was room for it. */
  #add(message: Message): boolean {
    if (this.messages.length >= SELECTED_MAX) {
      toasts.show(t('select.limit', { n: SELECTED_MAX }), 'fault')
      return false
    }
    this.#chosen.set(message.id, message)
    return true
  }
}
