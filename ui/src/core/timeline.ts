/**
 * What is known of one room's messages: disjoint ranges of the dense number `n`. A range says "nothing
 * is missing from `from` to `to`"; pages from anywhere in the history are put in and grow together.
 * Plain and synchronous: whoever shows it counts changes.
 */
import type { Event, Message, Seq } from '../protocol'
import { changed, newer } from './revisions'

export type Range = { readonly from: number; readonly to: number; readonly rows: readonly Message[] }
type Known = { from: number; to: number; rows: Message[] }

/** How many messages of the room that is looked at are kept in memory: about 1 MB, and a minute of scrolling. */
export const ROWS_KEPT_MAX = 2_000
/** Of any other: as many as are shown of one. A page stays open for weeks, and there may be hundreds of rooms. */
export const ROWS_UNSEEN_KEPT_MAX = 300
/**
 * Of them, at the end of what is known: as many as a conversation opens with. They are what the cache keeps of a room
 * (`cache.ts`), wherever in it somebody reads.
 */
export const ROWS_LAST_KEPT = 60

export class Timeline {
  /** Ascending, disjoint, never touching. */
  #ranges: Known[] = []

  get ranges(): readonly Range[] {
    return this.#ranges
  }

  /** The range that holds number `n`, if anything is known there. */
  at(n: number): Range | null {
    return this.#ranges.find((range) => range.from <= n && n <= range.to) ?? null
  }

  /** The message with this id, where it is known. */
  find(id: Seq): Message | null {
    for (const { rows } of this.#ranges) {
      const row = rows[placeOf(rows, id)]
      if (row?.id === id) return row
    }
    return null
  }

  /**
   * Puts in a page that covers `from` to `to` without a gap. Of what is there twice the newer copy stays: what comes later
   * may have been read before.
   */
  insert(from: number, to: number, rows: readonly Message[]): void {
    if (to < from) return
    if (this.#append(from, to, rows)) return
    const apart: Known[] = []
    let merged: Known = { from, to, rows: rows.map((row) => this.#newest(row)) }
    for (const range of this.#ranges) {
      if (range.to < from - 1 || range.from > to + 1) apart.push(range)
      else merged = merge(range, merged)
    }
    apart.push(merged)
    this.#ranges = apart.sort((a, b) => a.from - b.from)
  }

  /** Puts rows behind the last ones, where none is missing between them. */
  #append(from: number, to: number, rows: readonly Message[]): boolean {
    const last = this.#ranges.at(-1)
    if (last?.to !== from - 1) return false
    last.rows.push(...rows)
    last.to = to
    return true
  }

  #newest(message: Message): Message {
    const known = this.find(message.id)
    return known ? newer(message, known) : message
  }

  /** Replaces the message with this id; says whether it was known. */
  replace(id: Seq, change: (message: Message) => Message): boolean {
    for (const { rows } of this.#ranges) {
      const place = placeOf(rows, id)
      const row = rows[place]
      if (row?.id !== id) continue
      rows[place] = change(row)
      return true
    }
    return false
  }

  /** Something has become of a message: replies to it quote it so. Says whether there are any. */
  requote(id: Seq, event: Event): boolean {
    let isQuoted = false
    for (const { rows } of this.#ranges)
      rows.forEach((row, place) => {
        if (row.quote?.message !== id) return
        rows[place] = changed(row, event)
        isQuoted = true
      })
    return isQuoted
  }

  /** Lets go of what lies farthest from `keep`, down to `max` messages; the last ones stay. */
  trim(keep: number, max: number): void {
    let count = this.#ranges.reduce((sum, range) => sum + range.rows.length, 0)
    if (count <= max) return
    const end = this.#takeEnd(Math.min(ROWS_LAST_KEPT, max))
    count -= end.rows.length
    while (count > max - end.rows.length) {
      const first = this.#ranges[0]!
      const last = this.#ranges.at(-1)!
      const atEnd = Math.abs(last.to - keep) >= Math.abs(keep - first.from)
      const cut = shorten(atEnd ? last : first, atEnd, count - max + end.rows.length)
      count -= (atEnd ? last : first).rows.length - (cut?.rows.length ?? 0)
      if (atEnd) this.#ranges.splice(-1, 1, ...(cut ? [cut] : []))
      else this.#ranges.splice(0, 1, ...(cut ? [cut] : []))
    }
    if (!this.#append(end.from, end.to, end.rows)) this.#ranges.push(end)
  }

  /** Takes out the last `count` messages of the last range. */
  #takeEnd(count: number): Known {
    const range = this.#ranges.pop()!
    const rows = range.rows.slice(-count)
    if (rows.length === range.rows.length) return range
    const { n: from } = rows[0]!
    this.#ranges.push({ from: range.from, to: from - 1, rows: range.rows.slice(0, -count) })
    return { from, to: range.to, rows }
  }

  clear(): void {
    this.#ranges = []
  }
}

/** A copy of the rows whose numbers lie between `from` and `to`, both included. */
export function between(rows: readonly Message[], from: number, to: number): readonly Message[] {
  return rows.slice(
    placeBy(rows, (row) => row.n >= from),
    placeBy(rows, (row) => row.n > to),
  )
}

function merge(known: Known, page: Known): Known {
  const before = known.rows.slice(
    0,
    placeBy(known.rows, (row) => row.n >= page.from),
  )
  const after = known.rows.slice(placeBy(known.rows, (row) => row.n > page.to))
  return {
    from: Math.min(known.from, page.from),
    to: Math.max(known.to, page.to),
    rows: [...before, ...page.rows, ...after],
  }
}

function shorten(range: Known, atEnd: boolean, by: number): Known | null {
  if (by >= range.rows.length) return null
  if (atEnd) {
    const rows = range.rows.slice(0, -by)
    return { from: range.from, to: rows.at(-1)!.n, rows }
  }
  const rows = range.rows.slice(by)
  return { from: rows[0]!.n, to: range.to, rows }
}

function placeOf(rows: readonly Message[], id: Seq): number {
  return placeBy(rows, (row) => row.id >= id)
}

/** The first place where `holds` is true, by halves; the length when nowhere. */
function placeBy(rows: readonly Message[], holds: (row: Message) => boolean): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(rows[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}
