/**
 * Where each thing of a gallery lies: months below each other, in each its things in rows of one height. As nothing that
 * is loaded has a say in it, nothing ever moves by itself, and only what is near the window need be drawn. Pure.
 */
import type { Thing } from './things'

export type Measures = {
  readonly columns: number
  /** Of a row, with what is between it and the next. */
  readonly rowPx: number
  /** Of a month's heading. */
  readonly headPx: number
}

export type Month = {
  readonly key: string
  /** A moment in it. */
  readonly at: number
  /** The places of its things among all: the first, and the one behind the last. */
  readonly from: number
  readonly to: number
  readonly top: number
  readonly height: number
}

export type Layout = Measures & { readonly months: readonly Month[]; readonly height: number }

/** A month as far as it is drawn: its things from `first` up to `last`, which is not among them. */
export type DrawnMonth = Month & { readonly first: number; readonly last: number }

export function layout(things: readonly Thing[], measures: Measures): Layout {
  const months: Month[] = []
  /** A clock that was set may have a month come twice. */
  const seen = new Map<string, number>()
  let top = 0
  for (let from = 0; from < things.length; ) {
    const at = things[from]!.message.sent_at
    const name = monthOf(at)
    let to = from + 1
    while (to < things.length && monthOf(things[to]!.message.sent_at) === name) to += 1
    const rows = Math.ceil((to - from) / measures.columns)
    const height = measures.headPx + rows * measures.rowPx
    const times = seen.get(name) ?? 0
    seen.set(name, times + 1)
    months.push({ key: `${name} ${times}`, at, from, to, top, height })
    top += height
    from = to
  }
  return { ...measures, months, height: top }
}

function monthOf(at: number): string {
  const day = new Date(at)
  return `${day.getFullYear()}-${day.getMonth()}`
}

/** What lies between two heights, and `kept`, the place of a thing that stays drawn wherever it is; -1 for none. */
export function drawn(of: Layout, top: number, bottom: number, kept: number): DrawnMonth[] {
  return of.months.flatMap((month) => {
    const row = (y: number) => Math.floor((y - month.top - of.headPx) / of.rowPx)
    const place = (rows: number) => Math.min(month.to, Math.max(month.from, month.from + rows * of.columns))
    const isNear = month.top < bottom && month.top + month.height > top
    const first = isNear ? place(row(top)) : month.to
    const last = isNear ? place(row(bottom) + 1) : month.to
    const keeps = month.from <= kept && kept < month.to && (kept < first || kept >= last)
    if (!isNear && !keeps) return []
    return [{ ...month, first, last }]
  })
}

/** How far below the beginning of its month a thing lies, and in which column. */
export function spotOf(of: Layout, month: Month, place: number): { top: number; column: number } {
  const at = place - month.from
  return { top: of.headPx + Math.floor(at / of.columns) * of.rowPx, column: at % of.columns }
}

/** The height at which a thing lies. */
export function topOf(of: Layout, place: number): number {
  const month = of.months.find(({ to }) => place < to)
  return month ? month.top + spotOf(of, month, place).top : of.height
}

/** The first thing that lies at a height or below it; -1 where there is none. */
export function placeAt(of: Layout, y: number): number {
  const month = of.months.find(({ top, height }) => y < top + height)
  if (!month) return -1
  const row = Math.max(0, Math.floor((y - month.top - of.headPx) / of.rowPx))
  return Math.min(month.to - 1, month.from + row * of.columns)
}

/** Where an arrow key leads from a thing; null where it leads nowhere. Up and down keep the column as far as they can. */
export function placeBy(of: Layout, key: string, place: number): number | null {
  const count = of.months.at(-1)?.to ?? 0
  const at = of.months.findIndex(({ to }) => place < to)
  const month = of.months[at]
  if (!month) return null
  const { column } = spotOf(of, month, place)
  const within = (to: number) => (to >= 0 && to < count ? to : null)
  switch (key) {
    case 'ArrowLeft':
      return within(place - 1)
    case 'ArrowRight':
      return within(place + 1)
    case 'Home':
      return within(0)
    case 'End':
      return within(count - 1)
    case 'ArrowDown': {
      const next = of.months[at + 1]
      const lastRow = month.to - 1 - ((month.to - 1 - month.from) % of.columns)
      if (place < lastRow) return Math.min(place + of.columns, month.to - 1)
      return next ? Math.min(next.from + column, next.to - 1) : null
    }
    case 'ArrowUp': {
      if (place - of.columns >= month.from) return place - of.columns
      const before = of.months[at - 1]
      if (!before) return null
      const lastRow = before.to - 1 - ((before.to - 1 - before.from) % of.columns)
      return Math.min(lastRow + column, before.to - 1)
    }
    default:
      return null
  }
}
