/** Rows and their elements: which belongs to which, which one Tab reaches. */
import type { Day, Row } from './rows'

/** All rows, in their order. */
export function rowElements(list: Element): NodeListOf<HTMLElement> {
  return list.querySelectorAll<HTMLElement>('article')
}

/** The rows that have a number in the room: what is not sent yet has none. */
export function numberedElements(list: Element): NodeListOf<HTMLElement> {
  return list.querySelectorAll<HTMLElement>('article[data-n]')
}

export function rowElement(list: Element, key: string): HTMLElement | null {
  return list.querySelector<HTMLElement>(`article[data-key="${CSS.escape(key)}"]`)
}

/** The row with this number, or the next there is. */
export function numberedElement(list: Element, n: number): HTMLElement | null {
  return [...numberedElements(list)].find((row) => Number(row.dataset.n) >= n) ?? null
}

/** The row in which something happened. */
export function rowAround(target: EventTarget | null): HTMLElement | null {
  return (target as Element).closest<HTMLElement>('article')
}

export function rowWith(days: readonly Day[], key: string | null | undefined): Row | null {
  for (const day of days) {
    const row = day.rows.find((other) => other.key === key)
    if (row) return row
  }
  return null
}

export function lastKey(days: readonly Day[]): string | null {
  return days.at(-1)?.rows.at(-1)?.key ?? null
}

/** The row that Tab reaches: the one last visited while it is there, else the newest. */
export function tabStop(days: readonly Day[], visited: string | null): string | null {
  return visited !== null && rowWith(days, visited) ? visited : lastKey(days)
}
