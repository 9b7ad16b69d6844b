/** From mark to mark within a message that is higher than what is in sight. */
import { listAround } from '../conversation/keepPlace'
import type { Hit } from '../protocol'
import { type DrawnMark, marksIn } from './highlight'
import type { Mark } from './marks'

/** Where one comes from, and goes on to: hits are stepped through as messages are, the older ones above. */
export type Towards = 'older' | 'newer'

/** Covered at the upper edge of the list: the day stands there. */
const DAY_PX = 48

/** The row of a hit, where it is drawn. */
export function rowOf(root: Element, hit: Hit): HTMLElement | null {
  return root.querySelector<HTMLElement>(`article[data-n="${hit.message.n}"]`)
}

/** Brings the first mark of a hit into sight, as one comes to it. What is in sight already stays where it is. */
export function toMark(row: HTMLElement, hit: Hit, towards: Towards): void {
  const marks = marksIn(row, hit)
  const mark = towards === 'older' ? marks.at(-1) : marks[0]
  const list = listAround(row)
  if (mark && list && beside(list, mark) !== 0) center(list, mark)
}

/** Brings the next mark of the hit that one is at into sight; null when all there are on that side have been seen. */
export function nextMark(root: Element, hit: Hit, towards: Towards): Mark | null {
  const row = rowOf(root, hit)
  const list = listAround(row)
  if (!row || !list || !isInSight(list, row)) return null
  const marks = marksIn(row, hit)
  const next =
    towards === 'older'
      ? marks.findLast((mark) => beside(list, mark) < 0)
      : marks.find((mark) => beside(list, mark) > 0)
  if (!next) return null
  const before = list.scrollTop
  center(list, next)
  return list.scrollTop === before ? null : next.mark
}

/** -1 where a mark is above what is in sight, 1 where it is below, else 0. */
function beside(list: Element, { range }: DrawnMark): -1 | 0 | 1 {
  const seen = list.getBoundingClientRect()
  const { top, bottom } = range.getBoundingClientRect()
  if (top < seen.top + DAY_PX) return -1
  return bottom > seen.bottom ? 1 : 0
}

function isInSight(list: Element, row: Element): boolean {
  const seen = list.getBoundingClientRect()
  const { top, bottom } = row.getBoundingClientRect()
  return bottom > seen.top && top < seen.bottom
}

function center(list: Element, { range }: DrawnMark): void {
  const seen = list.getBoundingClientRect()
  const { top, bottom } = range.getBoundingClientRect()
  list.scrollTop += (top + bottom - seen.top - seen.bottom) / 2
}
