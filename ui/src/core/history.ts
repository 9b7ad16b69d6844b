/** Messages from the box's history: asked for, brought up to date, put where they belong. */
import type { HistoryPage, Message, RoomId, Seq } from '../protocol'
import { type HistoryPlace, Refusal } from './api'
import type { Revisions } from './revisions'
import type { RoomState } from './room.svelte'
import type { Api } from './surroundings'

export class History {
  #api: Api
  #revisions: Revisions

  constructor(api: Api, revisions: Revisions) {
    this.#api = api
    this.#revisions = revisions
  }

  /** Loads the newest messages of a room. */
  loadNewest(room: RoomState, limit: number): Promise<void> {
    // They may be ahead of what the connection has told; that is still to come, and is heard and counted then.
    return this.#around(room, {}, limit)
  }

  /** Loads what comes before a known message. */
  async loadBefore(room: RoomState, anchor: Message, limit: number): Promise<void> {
    const page = await this.#page(room.id, { before: anchor.id }, limit)
    const first = page.messages[0]
    room.addPage(page.more_before && first ? first.n : 1, anchor.n - 1, page.messages)
  }

  /** Loads what comes after a known message. */
  async loadAfter(room: RoomState, anchor: Message, limit: number): Promise<void> {
    const page = await this.#page(room.id, { after: anchor.id }, limit)
    const last = page.messages.at(-1)
    if (last) room.addPage(anchor.n + 1, last.n, page.messages)
  }

  /** Loads a message and what surrounds it. Throws `not_found` when it is not in this room. */
  async loadAround(room: RoomState, id: Seq, limit: number): Promise<Message> {
    await this.#around(room, { around: id }, limit)
    const target = room.timeline.find(id)
    if (!target) throw new Refusal('not_found')
    return target
  }

  /** Loads the message with this number of the room and what surrounds it. Throws `not_found` beyond the newest. */
  loadAroundNumber(room: RoomState, n: number, limit: number): Promise<void> {
    return this.#around(room, { around_n: n }, limit)
  }

  async #around(room: RoomState, place: HistoryPlace, limit: number): Promise<void> {
    const page = await this.#page(room.id, place, limit)
    const first = page.messages[0]
    const last = page.messages.at(-1)
    if (first && last) room.addPage(page.more_before ? first.n : 1, last.n, page.messages)
  }

  /** Asks for messages in a way of one's own; `mend` puts each as it is now into the answer. */
  whole: Revisions['whole'] = (ask, mend) => this.#revisions.whole(ask, mend)

  /** A page of messages, however it is asked for, as they are now. */
  page(ask: () => Promise<HistoryPage>): Promise<HistoryPage> {
    return this.whole(ask, (page, now) => ({ ...page, messages: page.messages.map(now) }))
  }

  #page(room: RoomId, place: HistoryPlace, limit: number): Promise<HistoryPage> {
    return this.page(() => this.#api.history(room, place, limit))
  }
}
