/**
 * Where the reader is in a list of rows that grows at both ends, in pixels. The browser's own scroll
 * anchoring is off, because not every browser has it: whatever changes, the row being looked at stays
 * where it is, and the end stays the end. It knows elements, and nothing of what is written in them.
 */
import { numberedElements, rowElements } from './rowKeys'

/** Nearer to the end than this counts as being there. */
export const END_PX = 80
/** What is loaded before it comes into sight, in heights of the list. */
const AHEAD = 1.5
/** Where reading goes on, below the upper edge, in heights of the list. */
const FIRST_NEW_AT = 0.12
/** Kept free above a row that is shown: the day stands there. */
const DAY_PX = 48

/** The lower edge of a row may end a fraction below that of the list, and the row is seen as a whole. */
const SEEN_PX = 2

/**
 * Whether the list grows with what arrives, and what may be loaded. That more is known to have been said than has arrived,
 * as after a welcome, takes nobody away from the end.
 */
type Reach = { readonly follows: boolean; lacks(side: 'older' | 'newer'): boolean }

type Edge = { getBoundingClientRect(): { readonly bottom: number } }

export class Scroll {
  /** The end is what is being looked at, and is followed. */
  pinned = true
  /** Nothing is loaded by scrolling until the first position has settled: WebKit would run away. */
  settled = false
  #reach: Reach
  #viewport: HTMLElement | null = null
  #content: HTMLElement | null = null
  #anchor: { element: HTMLElement; bottom: number } | null = null
  /** The list's size, as far as it has been put right for it. */
  #size = ''

  constructor(reach: Reach) {
    this.#reach = reach
  }

  /** `viewport` scrolls `content`. Follows changes of their sizes and tells of them; gives what ends it. */
  attach(viewport: HTMLElement, content: HTMLElement, onresize: () => void): () => void {
    this.#viewport = viewport
    this.#content = content
    const observer = new ResizeObserver(() => {
      this.#size = sizeOf(viewport)
      if (this.pinned) this.toEnd()
      onresize()
    })
    observer.observe(viewport)
    observer.observe(content)
    return () => {
      observer.disconnect()
      this.#viewport = this.#content = null
    }
  }

  // --- Keeping the place: `hold` before rows change, `keep` after it ---------------------------

  hold(): void {
    this.#anchor = this.pinned ? null : this.#rowInSight()
  }

  /** The number of the row that was held, also when it is gone; null at the end. */
  get heldNumber(): number | null {
    return Number(this.#anchor?.element.dataset.n) || null
  }

  /** `line`: what is not to leave the list at its upper edge while nobody looks. */
  keep(line: Element | null): void {
    if (this.pinned) {
      this.toEnd()
      if (line) this.toFirstNew(line)
    } else if (this.#viewport && this.#anchor?.element.isConnected) {
      this.#viewport.scrollTop += this.#anchor.element.getBoundingClientRect().bottom - this.#anchor.bottom
    }
  }

  /** The second row in sight: the first may lose its author's name to a row put before it. */
  #rowInSight(): { element: HTMLElement; bottom: number } | null {
    if (!this.#viewport || !this.#content) return null
    const rows = rowElements(this.#content)
    const at = firstBelow(rows, this.#viewport.getBoundingClientRect().top)
    const element = rows[Math.min(at + 1, rows.length - 1)]
    return element ? { element, bottom: element.getBoundingClientRect().bottom } : null
  }

  // --- Going somewhere -------------------------------------------------------------------------

  toEnd(): void {
    this.pinned = this.#reach.follows
    if (this.#viewport) this.#viewport.scrollTop = this.#viewport.scrollHeight
  }

  /** Back to where reading goes on, if that is above what is in sight. */
  toFirstNew(line: Element): void {
    if (!this.#viewport) return
    const above = line.getBoundingClientRect().top - this.#viewport.getBoundingClientRect().top
    if (above < 0) this.toReading(line)
  }

  /** So that a row stands where reading goes on. */
  toReading(row: Element): void {
    if (!this.#viewport) return
    this.pinned = false
    const above = row.getBoundingClientRect().top - this.#viewport.getBoundingClientRect().top
    this.#viewport.scrollTop += above - this.#viewport.clientHeight * FIRST_NEW_AT
  }

  /** To a row in the middle, or with its beginning in sight when it is higher than the list. */
  toRow(row: Element): void {
    if (!this.#viewport) return
    this.pinned = false
    const box = row.getBoundingClientRect()
    const list = this.#viewport.getBoundingClientRect()
    this.#viewport.scrollTop += box.top - list.top - Math.max(DAY_PX, (list.height - box.height) / 2)
  }

  /** Two frames: the first lays out, the second has told every observer. */
  async settle(): Promise<void> {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
    this.settled = true
  }

  /** The list was scrolled: by the reader, unless it has another size now. Then nobody leaves the end. */
  moved(): void {
    if (this.#viewport && sizeOf(this.#viewport) === this.#size)
      this.pinned = this.#reach.follows && fromEnd(this.#viewport) < END_PX
  }

  // --- Where one is ----------------------------------------------------------------------------

  get attached(): boolean {
    return this.#viewport !== null
  }

  get away(): boolean {
    return !this.#reach.follows || (this.#viewport !== null && fromEnd(this.#viewport) > END_PX)
  }

  /** The last row, of those with a number, that ends above the lower edge of the list. */
  lastRead(): HTMLElement | undefined {
    if (!this.#viewport || !this.#content) return undefined
    const rows = numberedElements(this.#content)
    return rows[firstBelow(rows, this.#viewport.getBoundingClientRect().bottom + SEEN_PX) - 1]
  }

  // --- Loading ahead ---------------------------------------------------------------------------

  /** Which rows are about to be missed; null when there are enough on both sides. */
  lacks(): 'older' | 'newer' | null {
    if (!this.#viewport || !this.settled) return null
    const { scrollTop, clientHeight, scrollHeight } = this.#viewport
    const ahead = clientHeight * AHEAD
    const isShort = scrollHeight <= ahead
    if (scrollTop < ahead && (!this.pinned || isShort) && this.#reach.lacks('older')) return 'older'
    if (fromEnd(this.#viewport) < ahead && this.#reach.lacks('newer')) return 'newer'
    return null
  }
}

const sizeOf = ({ clientWidth, clientHeight }: HTMLElement) => `${clientWidth} ${clientHeight}`

/** How much of a list is below what is in sight, in pixels. */
export function fromEnd({ scrollHeight, scrollTop, clientHeight }: HTMLElement): number {
  return scrollHeight - scrollTop - clientHeight
}

/** The first row whose lower edge is below `y`, by halves; how many there are when none is. */
export function firstBelow(rows: ArrayLike<Edge>, y: number): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (rows[middle]!.getBoundingClientRect().bottom > y) high = middle
    else low = middle + 1
  }
  return low
}
