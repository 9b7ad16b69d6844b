/**
 * Which part of a room's history is in the page: a window of at most `ROWS_MAX` messages that moves over
 * what is known and loads what is not. It knows nothing of pixels.
 */

import { type FaultCode, faultCode } from '../core/api'
import type { History } from '../core/history'
import type { RoomState } from '../core/room.svelte'
import { between, type Range } from '../core/timeline'
import type { Message, Seq } from '../protocol'

/** Rows in the page at once: a phone lays them out within a frame or two. */
export const ROWS_MAX = 300
/** Rows that come at a time. */
export const PAGE = 50
/** Rows shown at first, around what was asked for. */
const FIRST_ROWS = 60
/** How far back the first unread message is looked for; beyond, the end is shown. */
const UNREAD_MAX = 1_000
/** The box's largest page. */
const PAGE_MAX = 100
/** Missed messages follow a welcome by themselves: ask only if they did not. */
const GAP_WAIT_MS = 400

type Loads = Pick<History, 'loadNewest' | 'loadBefore' | 'loadAfter' | 'loadAround'>

export class TimelineView {
  readonly room: RoomState
  /** The window, in numbers of the room. */
  from = $state(1)
  to = $state(0)
  ready = $state(false)
  /** Why nothing could be loaded; null when all is well. */
  fault = $state<FaultCode | null>(null)
  loading = $state<'older' | 'newer' | null>(null)

  readonly rows: readonly Message[] = $derived.by(() => this.#visible())
  /** Whether the window reaches the newest message. */
  readonly atEnd: boolean = $derived.by(() => this.#reachesEnd())
  readonly atStart: boolean = $derived(this.from <= 1)

  #history: Loads
  /** The window grows with what arrives. */
  #following = false
  #busy = false
  #gap: ReturnType<typeof setTimeout> | undefined

  constructor(history: Loads, room: RoomState) {
    this.#history = history
    this.room = room
  }

  /** Opens where reading goes on: around the first unread message, or at the end. */
  async open(): Promise<void> {
    await this.#load(async () => {
      const { room } = this
      const firstUnread = room.read_n + 1
      await this.#loadEnd()
      let range = room.timeline.at(room.last_n)
      const seeks = room.unread > 0 && room.unread <= UNREAD_MAX
      while (seeks && range?.rows[0] && range.from > firstUnread) {
        await this.#history.loadBefore(room, range.rows[0], PAGE_MAX)
        range = room.timeline.at(room.last_n)
      }
      if (range && seeks && range.from <= firstUnread) this.#show(range, firstUnread, 0.35)
      else this.#showEnd()
    })
  }

  /** Opens at the newest message. */
  async openEnd(): Promise<void> {
    await this.#load(async () => {
      await this.#loadEnd()
      this.#showEnd()
    })
  }

  /** Opens around a message; says which, or null when it is not in this room. */
  async openAt(id: Seq): Promise<Message | null> {
    let target: Message | null = null
    await this.#load(async () => {
      target = this.room.timeline.find(id)
      try {
        target ??= await this.#history.loadAround(this.room, id, FIRST_ROWS)
      } catch (thrown) {
        if (faultCode(thrown) !== 'not_found') throw thrown
        await this.#loadEnd()
        this.#showEnd()
        return
      }
      this.#show(this.room.timeline.at(target.n)!, target.n, 0.5)
    })
    return target
  }

  /** Moves the window towards the beginning. */
  async older(): Promise<void> {
    if (this.from <= 1 || this.rows.length === 0) return
    await this.#extend('older', async () => {
      const known = this.#range()
      if (known && known.from >= this.from && known.rows[0]) {
        await this.#history.loadBefore(this.room, known.rows[0], PAGE)
      }
      const range = this.#range()
      if (!range) return
      const before = between(range.rows, range.from, this.from - 1)
      this.from = before.length > PAGE ? before[before.length - PAGE]!.n : range.from
      const rows = between(range.rows, this.from, this.to)
      if (rows.length > ROWS_MAX) {
        this.to = rows[ROWS_MAX - 1]!.n
        this.#following = false
      }
    })
  }

  /** Moves the window towards the end. */
  async newer(): Promise<void> {
    if (this.atEnd || this.rows.length === 0) return
    await this.#extend('newer', async () => {
      const known = this.#range()
      if (known && known.to <= this.to && known.rows.length > 0) {
        await this.#history.loadAfter(this.room, known.rows.at(-1)!, PAGE)
      }
      const range = this.#range()
      if (!range) return
      const after = between(range.rows, this.to + 1, range.to)
      this.to = after.length > PAGE ? after[PAGE - 1]!.n : range.to
      this.#dropTop(range)
      this.#following = this.to === range.to && this.atEnd
    })
  }

  /** Something in the room has changed. `pinned`: the end is what is being looked at. */
  follow(pinned: boolean): void {
    if (!this.ready) return
    const range = this.#range()
    if (!range) {
      // The history was dropped under us: begin anew.
      if (this.room.last_n > 0 && this.fault === null) void this.openEnd()
      return
    }
    if (!this.#following) return
    if (range.to > this.to) {
      this.to = range.to
      if (pinned) this.#dropTop(range)
      else if (between(range.rows, this.from, this.to).length >= ROWS_MAX) this.#following = false
    }
    this.#watchGap(range)
  }

  close(): void {
    clearTimeout(this.#gap)
    this.room.looked = null
  }

  /** What lies farthest from the window is the first to be let go of. */
  #look(): void {
    this.room.looked = Math.round((this.from + this.to) / 2)
  }

  #visible(): readonly Message[] {
    void this.room.changed
    const range = this.#range()
    return range ? between(range.rows, this.from, this.to) : []
  }

  #reachesEnd(): boolean {
    return this.to >= this.room.last_n
  }

  #range(): Range | null {
    return this.room.timeline.at(this.to === 0 ? this.room.last_n : this.to)
  }

  async #loadEnd(): Promise<void> {
    const { room } = this
    const range = room.timeline.at(room.last_n)
    if (range && (range.from <= 1 || range.rows.length >= FIRST_ROWS)) return
    if (room.last_n > 0) await this.#history.loadNewest(room, FIRST_ROWS)
  }

  #showEnd(): void {
    const range = this.room.timeline.at(this.room.last_n)
    if (range) this.#show(range, this.room.last_n, 1)
    else {
      this.from = 1
      this.to = 0
      this.#following = true
    }
  }

  /** A first window around number `n`; `share` of its rows lie before it. */
  #show(range: Range, n: number, share: number): void {
    const before = between(range.rows, range.from, n - 1)
    const after = between(range.rows, n, range.to)
    // What is not needed on one side goes to the other: a tall screen is to be filled.
    const above = Math.max(Math.round(FIRST_ROWS * share), FIRST_ROWS - after.length)
    const below = FIRST_ROWS - Math.min(above, before.length)
    this.from = before.length > above ? before[before.length - above]!.n : range.from
    this.to = after.length > below + 1 ? after[below]!.n : range.to
    this.#following = this.to === range.to && this.atEnd
  }

  #dropTop(range: Range): void {
    const rows = between(range.rows, this.from, this.to)
    if (rows.length > ROWS_MAX) this.from = rows[rows.length - ROWS_MAX]!.n
  }

  #watchGap(range: Range): void {
    clearTimeout(this.#gap)
    if (range.to >= this.room.last_n) return
    this.#gap = setTimeout(() => void this.newer(), GAP_WAIT_MS)
  }

  async #load(work: () => Promise<void>): Promise<void> {
    this.fault = null
    try {
      await work()
      this.#look()
      this.ready = true
    } catch (thrown) {
      this.fault = faultCode(thrown)
    }
  }

  async #extend(loading: 'older' | 'newer', work: () => Promise<void>): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    this.loading = loading
    try {
      await work()
      this.fault = null
      this.#look()
    } catch (thrown) {
      this.fault = faultCode(thrown)
    } finally {
      this.#busy = false
      this.loading = null
    }
  }
}
