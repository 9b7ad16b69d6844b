/**
 * Which pointers draw, and which move and enlarge the drawing. Pure: it is told of presses, and tells what they mean.
 *
 * One finger draws and two move; a mouse draws, and moves by its middle button. A pen always draws: while it does, and after it
 * has, hands lie on the screen, and so one finger means nothing from then on. A second finger that comes at once takes back what
 * the first has begun; one that comes later was not meant.
 */
import type { Point } from '../parts/zoom'

/** A line that is so young or so short may have been the beginning of a pinch. */
const YOUNG_MS = 250
const YOUNG_PX = 24

/**
 * Touches are all its own: by preventing what a browser would do with them, a quick line is no fling, after which it would
 * swallow the next tap wherever that is. (Svelte's own listeners for touches are passive, and can prevent nothing.)
 */
export function ownTouches(element: HTMLElement): () => void {
  const touched = (event: TouchEvent) => {
    event.preventDefault()
    // That is prevented with the rest.
    if (document.activeElement !== element) element.focus({ preventScroll: true })
  }
  element.addEventListener('touchstart', touched, { passive: false })
  return () => element.removeEventListener('touchstart', touched)
}

export type Press = Point & {
  readonly id: number
  readonly by: 'mouse' | 'pen' | 'touch'
  /** Milliseconds, of whatever clock. */
  readonly at: number
  /** It is to move the drawing, whatever it is. */
  readonly moves: boolean
}

/** What presses mean. */
export type GestureHeard = {
  begun(): void
  ended(): void
  /** What was drawn since it has begun was not meant. */
  takenBack(): void
  /** What was held `from` is held `to`, and `factor` times as large. */
  pinched(from: Point, to: Point, factor: number): void
}

export class Gesture {
  #heard: GestureHeard
  /** Those that move the drawing, or could. */
  #movers = new Map<number, Point & Pick<Press, 'by'>>()
  #drawing: (Press & { far: number }) | null = null
  #isPenKnown = false

  constructor(heard: GestureHeard) {
    this.#heard = heard
  }

  /** Whether this pointer draws. */
  draws(id: number): boolean {
    return this.#drawing?.id === id
  }

  down(press: Press): void {
    if (press.by === 'pen') this.#isPenKnown = true
    const drawing = this.#drawing
    if (!drawing) {
      const draws = press.by === 'pen' || (this.#movers.size === 0 && !this.#isHand(press))
      if (draws && !press.moves) this.#begin(press)
      else this.#movers.set(press.id, press)
    } else if (press.by === 'pen' && drawing.by === 'touch') {
      // It was the hand.
      this.#takeBack()
      this.#begin(press)
    } else if (press.by === 'touch' && drawing.by === 'touch' && isYoung(drawing, press.at)) {
      this.#takeBack()
      this.#movers.set(drawing.id, drawing)
      this.#movers.set(press.id, press)
    }
  }

  move({ id, x, y }: Pick<Press, 'id' | 'x' | 'y'>): void {
    const drawing = this.#drawing
    if (drawing?.id === id) {
      this.#drawing = { ...drawing, x, y, far: drawing.far + distance(drawing, { x, y }) }
      return
    }
    const before = this.#movers.get(id)
    if (!before) return
    const now = { x, y, by: before.by }
    const other = [...this.#movers].find(([each]) => each !== id)?.[1]
    this.#movers.set(id, now)
    if (!other) {
      if (!this.#isHand(now)) this.#heard.pinched(before, now, 1)
    } else {
      const factor = distance(now, other) / Math.max(1, distance(before, other))
      this.#heard.pinched(middle(before, other), middle(now, other), factor)
    }
  }

  /** `isCancelled`: the system has taken it for something of its own. */
  up({ id, at }: Pick<Press, 'id' | 'at'>, isCancelled: boolean): void {
    this.#movers.delete(id)
    const drawing = this.#drawing
    if (drawing?.id !== id) return
    this.#drawing = null
    if (isCancelled && isYoung(drawing, at)) this.#heard.takenBack()
    else this.#heard.ended()
  }

  /** Whether it may be the hand that holds the pen. */
  #isHand({ by }: Pick<Press, 'by'>): boolean {
    return by === 'touch' && this.#isPenKnown
  }

  #begin(press: Press): void {
    this.#movers.clear()
    this.#drawing = { ...press, far: 0 }
    this.#heard.begun()
  }

  #takeBack(): void {
    this.#drawing = null
    this.#heard.takenBack()
  }
}

function isYoung({ at, far }: { at: number; far: number }, now: number): boolean {
  return now - at < YOUNG_MS || far < YOUNG_PX
}

const distance = (one: Point, other: Point) => Math.hypot(one.x - other.x, one.y - other.y)
const middle = (one: Point, other: Point) => ({ x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 })
