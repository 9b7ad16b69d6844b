/** Changes of what is drawn that leave what is being read where it is. Layout is measured only when they happen. */
import { flushSync } from 'svelte'
import { END_PX, fromEnd } from './scroll'

/** A change anywhere among the rows. */
export function keepingRows(change: () => void): void {
  const list = listAround(document.querySelector('article'))
  // Nearer to its end the list follows that by itself.
  const row = list && fromEnd(list) > END_PX ? rowInSight(list) : null
  if (list && row) holding(list, row, change)
  else {
    flushSync(change)
    // Laid out at once: as long as styles of whatever else are on their way, WebKit draws nothing that is new, and the list
    // would be shorter meanwhile.
    if (list) fromEnd(list)
  }
}

/** More or less of a text is shown by a button at its end: more of it below what was read, or the button where it was. */
export function keepingButton(button: HTMLElement, less: boolean, change: () => void): void {
  const list = listAround(button)
  if (list && less) holding(list, button, change)
  else flushSync(change)
  // The end may be further away now, and is not to be followed any more.
  list?.dispatchEvent(new Event('scroll'))
}

function holding(list: HTMLElement, what: Element, change: () => void): void {
  const before = what.getBoundingClientRect().top
  flushSync(change)
  list.scrollTop += what.getBoundingClientRect().top - before
}

function rowInSight(list: HTMLElement): Element | null {
  const { left, top, width, height } = list.getBoundingClientRect()
  return document.elementFromPoint(left + width / 2, top + height / 2)?.closest('article') ?? null
}

/** What scrolls an element. */
export function listAround(element: Element | null): HTMLElement | null {
  for (let around = element?.parentElement; around; around = around.parentElement)
    if (getComputedStyle(around).overflowY === 'auto') return around
  return null
}
