/**
 * Which part of a room's history is in the page: a window of at most `ROWS_MAX` messages that moves over
 * what is known and loads what is not. It knows nothing of pixels.
 *
 * One thing is loaded at a time. Opening somewhere gives up whatever is on its way, so that of two jumps the last one
 * counts, whichever answer comes first; growing at one side waits for nothing and is simply asked for again. What failed
 * stays told until that same thing is tried again or the window opens elsewhere, and keeps nothing else from loading.
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
/** Rows loaded at first, around what was asked for, and shown. */
const FIRST_ROWS = 60
/** Rows in the page while the end is followed: whoever goes up from there finds them as they were, and each costs its part. */
const FOLLOWED_MAX = 140
/** As many are left of them once they are too many: they go together, as each time all others move. */
const FOLLOWED = 100
/** Missed messages follow a welcome by themselves: ask only if they did not. */
const GAP_WAIT_MS = 400
/** What is known of the end is shown by itself if more of it does not come within this: the box may be away. */
const KNOWN_WAIT_MS = 300

export type Side = 'older' | 'newer'
/** Where to open: where reading goes on, at the newest message, around a message or around a number of the room. */
export type Place = 'unread' | 'end' | { readonly message: Seq } | { readonly number: number }
/** `superseded`: something else was asked for meanwhile. `gone`: there is no such message, and the end is shown. */
export type Opened = 'shown' | 'gone' | 'failed' | 'superseded'
type Work = 'open' | Side

type Loads = Pick<History, 'loadNewest' | 'loadBefore' | 'loadAfter' | 'loadAround' | 'loadAroundNumber'>

export class TimelineView {
  readonly room: RoomState
  /** The window, in numbers of the room. */
  from = $state(1)
  to = $state(0)
  ready = $state(false)
  /** What is being loaded. */
  loading = $state<Work | null>(null)
  /** Where it was opened last. */
  place: Place = 'unread'
  /** What could not be loaded, and why; null when all is well. */
  failed = $state.raw<{ readonly what: Work; readonly fault: FaultCode } | null>(null)

  readonly rows: readonly Message[] = $derived.by(() => this.#visible())
  /** Whether the window reaches the newest message. */
  readonly atEnd: boolean = $derived.by(() => this.#reachesEnd())
  readonly atStart: boolean = $derived(this.from <= 1)
  /** Whether the history was dropped under the window: it is to be opened anew. */
  readonly lost: boolean = $derived.by(() => this.#isLost())

  #history: Loads
  /** Rows shown at first where that is the end: no more than can be in sight. What is loaded beside them comes by scrolling. */
  #endRows: number
  #following = false
  /** Counts openings: whatever an earlier one, or a side before it, still waits for is given up. */
  #opened = 0
  #gap: ReturnType<typeof setTimeout> | undefined

  constructor(history: Loads, room: RoomState, endRows = FIRST_ROWS) {
    this.#history = history
    this.#endRows = Math.min(endRows, FIRST_ROWS)
    this.room = room
  }

  /** Whether the window grows with what arrives. */
  get follows(): boolean {
    return this.#following
  }

  /** Whether more is known to be there on this side, and nothing speaks against asking for it. */
  lacks(side: Side): boolean {
    if (this.loading !== null || this.failed?.what === side || !this.ready) return false
    return side === 'older' ? !this.atStart : !this.atEnd
  }

  async open(place: Place): Promise<Opened> {
    const mine = ++this.#opened
    this.place = place
    this.failed = null
    this.loading = 'open'
    try {
      const n = await this.#reach(place)
      if (mine !== this.#opened) return 'superseded'
      this.loading = null
      if (n === null) this.#showEnd()
      else this.#show(n, place === 'unread' ? 0.35 : 0.5)
      this.ready = true
      return n === null && typeof place === 'object' ? 'gone' : 'shown'
    } catch (thrown) {
      if (mine !== this.#opened) return 'superseded'
      this.loading = null
      this.failed = { what: 'open', fault: faultCode(thrown) }
      return 'failed'
    }
  }

  /** Moves the window towards one side. */
  async extend(side: Side): Promise<void> {
    if (this.loading !== null || this.rows.length === 0) return
    if (side === 'older' ? this.from <= 1 : this.#reachesEnd()) return
    const mine = this.#opened
    this.loading = side
    try {
      await this.#load(side)
      if (mine !== this.#opened) return
      if (this.failed?.what === side) this.failed = null
      if (side === 'older') this.#growUp()
      else this.#growDown()
      this.#look()
    } catch (thrown) {
      if (mine === this.#opened) this.failed = { what: side, fault: faultCode(thrown) }
    } finally {
      if (mine === this.#opened) this.loading = null
    }
  }

  /** Tries again to load at the side where that failed. */
  async retry(): Promise<void> {
    const what = this.failed?.what
    if (what === undefined || what === 'open') return
    this.failed = null
    await this.extend(what)
  }

  /** Something in the room has changed. `pinned`: the end is what is being looked at. */
  follow(pinned: boolean): void {
    if (!this.ready || !this.#following) return
    const range = this.#range()
    if (!range) return
    if (range.to > this.to) {
      this.to = range.to
      if (pinned) this.#dropTop(range, FOLLOWED_MAX, FOLLOWED)
      else if (between(range.rows, this.from, this.to).length >= ROWS_MAX) this.#following = false
      this.#look()
    }
    this.#watchGap(range)
  }

  close(): void {
    clearTimeout(this.#gap)
    this.#opened += 1
    this.room.leave()
  }

  /** Loads what a place needs; gives the number it is at, or null for the end. */
  async #reach(place: Place): Promise<number | null> {
    const { room } = this
    if (place === 'unread') return this.#reachUnread()
    if (place === 'end') {
      await this.#loadEnd()
      return null
    }
    try {
      if ('message' in place) {
        const known = room.timeline.find(place.message)
        return (known ?? (await this.#history.loadAround(room, place.message, FIRST_ROWS))).n
      }
      if (!room.timeline.at(place.number))
        await this.#history.loadAroundNumber(room, place.number, FIRST_ROWS)
      return place.number
    } catch (thrown) {
      if (faultCode(thrown) !== 'not_found') throw thrown
      await this.#loadEnd()
      return null
    }
  }

  /** The first unread message, wherever it is. Few are reached from the end, which is then there as well. */
  async #reachUnread(): Promise<number | null> {
    const { room } = this
    const first = room.read_n + 1
    if (room.unread === 0 || room.last_n - room.read_n <= FIRST_ROWS / 2) {
      await this.#loadEnd()
      if (room.unread === 0) return null
    }
    if (!room.timeline.at(first)) await this.#history.loadAroundNumber(room, first, FIRST_ROWS)
    return first
  }

  async #loadEnd(): Promise<void> {
    const { room } = this
    const range = room.timeline.at(room.last_n)
    if (room.last_n === 0 || (range && (range.from <= 1 || range.rows.length >= FIRST_ROWS))) return
    const loaded = this.#history.loadNewest(room, FIRST_ROWS)
    if (!range?.rows.length) return loaded
    // What came before it is asked for as one comes near it, and what keeps it away is said there.
    const wait = new Promise((resolve) => setTimeout(resolve, KNOWN_WAIT_MS))
    await Promise.race([loaded.catch(() => {}), wait])
  }

  /** Loads what lies beside the window, unless it is known. */
  async #load(side: Side): Promise<void> {
    const known = this.#range()
    const { rows } = known ?? { rows: [] }
    if (!known || rows.length === 0) return
    if (side === 'older' && known.from >= this.from) {
      await this.#history.loadBefore(this.room, rows[0]!, PAGE)
    } else if (side === 'newer' && known.to <= this.to) {
      await this.#history.loadAfter(this.room, rows.at(-1)!, PAGE)
    }
  }

  #growUp(): void {
    const range = this.#range()
    if (!range) return
    const before = between(range.rows, range.from, this.from - 1)
    this.from = before.length > PAGE ? before[before.length - PAGE]!.n : range.from
    const rows = between(range.rows, this.from, this.to)
    if (rows.length <= ROWS_MAX) return
    this.to = rows[ROWS_MAX - 1]!.n
    this.#following = false
  }

  #growDown(): void {
    const range = this.#range()
    if (!range) return
    const after = between(range.rows, this.to + 1, range.to)
    this.to = after.length > PAGE ? after[PAGE - 1]!.n : range.to
    this.#dropTop(range, ROWS_MAX, ROWS_MAX)
    this.#following = this.to === range.to && this.#reachesEnd()
  }

  #showEnd(): void {
    if (this.room.timeline.at(this.room.last_n)) this.#show(this.room.last_n, 1, this.#endRows)
    else {
      this.from = 1
      this.to = 0
      this.#following = true
    }
  }

  /** A first window around number `n`; `share` of its rows lie before it. */
  #show(n: number, share: number, count = FIRST_ROWS): void {
    const range = this.room.timeline.at(n)
    if (!range) {
      this.#showEnd()
      return
    }
    const before = between(range.rows, range.from, n - 1)
    const after = between(range.rows, n, range.to)
    // What is not needed on one side goes to the other: a tall screen is to be filled.
    const above = Math.max(Math.round(count * share), count - after.length)
    const below = count - Math.min(above, before.length)
    this.from = before.length > above ? before[before.length - above]!.n : range.from
    this.to = after.length > below + 1 ? after[below]!.n : range.to
    this.#following = this.to === range.to && this.#reachesEnd()
    this.#look()
  }

  /** Of more rows than `most` the last `left` stay. */
  #dropTop(range: Range, most: number, left: number): void {
    const rows = between(range.rows, this.from, this.to)
    if (rows.length > most) this.from = rows[rows.length - left]!.n
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

  /** Asked here in place of `atEnd`, which belongs to the screen: that may be gone when an answer comes. */
  #reachesEnd(): boolean {
    return this.to >= this.room.last_n
  }

  #isLost(): boolean {
    void this.room.changed
    return (
      this.ready &&
      this.loading !== 'open' &&
      this.failed?.what !== 'open' &&
      this.room.last_n > 0 &&
      !this.#range()
    )
  }

  #range(): Range | null {
    return this.room.timeline.at(this.to === 0 ? this.room.last_n : this.to)
  }

  #watchGap(range: Range): void {
    clearTimeout(this.#gap)
    if (range.to >= this.room.last_n) return
    this.#gap = setTimeout(() => void this.extend('newer'), GAP_WAIT_MS)
  }
}
