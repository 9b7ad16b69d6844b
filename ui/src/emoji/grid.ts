/**
 * Where the emoji of a picker lie: in rows of one height under the headings of their sections, so that a place is known without
 * drawing anything, and only what is seen is drawn. Pure geometry in CSS pixels.
 */

export type Section<T> = { readonly title: string; readonly items: readonly T[] }

export type GridRow<T> = {
  /** Its place among all rows. */
  readonly index: number
  readonly top: number
  readonly section: number
  /** A heading has no items. */
  readonly title: string | null
  readonly items: readonly T[]
  /** The place of its first item among all. */
  readonly from: number
}

export type Laid<T> = {
  readonly rows: readonly GridRow<T>[]
  readonly height: number
  readonly count: number
}

export type Measure = { readonly columns: number; readonly cell: number; readonly heading: number }

/** Sections without a title have no heading. */
export function layRows<T>(sections: readonly Section<T>[], { columns, cell, heading }: Measure): Laid<T> {
  const rows: GridRow<T>[] = []
  let top = 0
  let from = 0
  for (const [section, { title, items }] of sections.entries()) {
    if (title !== '') {
      rows.push({ index: rows.length, top, section, title, items: [], from })
      top += heading
    }
    for (let at = 0; at < items.length; at += columns) {
      const own = items.slice(at, at + columns)
      rows.push({ index: rows.length, top, section, title: null, items: own, from })
      top += cell
      from += own.length
    }
  }
  return { rows, height: top, count: from }
}

/** The rows between two heights, and the one with the item that has the focus: taken away, it would lose it. */
export function rowsSeen<T>({ rows }: Laid<T>, from: number, upto: number, at: number): GridRow<T>[] {
  return rows.filter(
    (row) => ((rows[row.index + 1]?.top ?? Infinity) > from && row.top < upto) || holds(row, at),
  )
}

/** The row with this item. */
export function rowOf<T>({ rows }: Laid<T>, at: number): GridRow<T> | undefined {
  return rows.find((row) => holds(row, at))
}

function holds<T>({ from, items }: GridRow<T>, at: number): boolean {
  return at >= from && at < from + items.length
}

/** The section at this height: what one looks at. */
export function sectionAt<T>({ rows }: Laid<T>, top: number): number {
  return rows.findLast((row) => row.top <= top)?.section ?? 0
}

export type Press = {
  readonly key: string
  /** To the very first or last. */
  readonly ctrl: boolean
  readonly rtl: boolean
  /** Rows that are seen at once. */
  readonly page: number
}

/** Where a key leads from an item; null where it leads nowhere, -1 for up and out. */
export function moved<T>(laid: Laid<T>, at: number, { key, ctrl, rtl, page }: Press): number | null {
  const last = laid.count - 1
  const onward = rtl ? 'ArrowLeft' : 'ArrowRight'
  if (key === onward) return Math.min(at + 1, last)
  if (key === 'ArrowLeft' || key === 'ArrowRight') return Math.max(at - 1, 0)
  const lines = laid.rows.filter(({ items }) => items.length > 0)
  const line = lines.findIndex((row) => holds(row, at))
  const row = lines[line]
  if (!row) return null
  if (key === 'Home') return ctrl ? 0 : row.from
  if (key === 'End') return ctrl ? last : row.from + row.items.length - 1
  const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page }[key]
  if (by === undefined) return null
  if (by === -1 && line === 0) return -1
  const target = lines[Math.max(0, Math.min(line + by, lines.length - 1))]!
  return target.from + Math.min(at - row.from, target.items.length - 1)
}
