/**
 * The two canvases of a doodle: what is finished, and the line that is being drawn. With each frame only the end of that line is
 * drawn; all else stays as it is. What is undone is drawn anew from a copy of before, so that it costs as little after hours.
 */
import type { Size } from '../parts/zoom'
import { beginsAt, costOf, type DoodleStep, type Drawing, POINT, type Stroke } from './drawing'
import { pieces } from './ink'
import { paintErased, paintPiece, paintStep } from './paint'

/** Between two copies: drawn within a moment by a slow phone. Each copy is as large as the drawing, some 12 MB. */
const COPY_POINTS = 12_000
const COPIES_MAX = 2

/** The finished canvas as it was when so many steps stood, of which that was the last. */
type Copy = { readonly count: number; readonly last: DoodleStep; readonly canvas: OffscreenCanvas }
/** A line that is being drawn. */
export type Live = Omit<Stroke, 'points'> & { readonly points: number[] }

export class Surface {
  #ink: CanvasRenderingContext2D
  #live: CanvasRenderingContext2D
  #size: Size
  /** The steps that are on the finished canvas. */
  #shown: readonly DoodleStep[] = []
  #copies: Copy[] = []
  /** Points drawn since the newest copy. */
  #since = 0
  /** Of the line that is being drawn: the pieces that are finished, or the points that were erased. */
  #settled = 0
  /** The finished canvas has more on it than the steps that it shows. */
  #isAhead = false

  constructor(ink: HTMLCanvasElement, live: HTMLCanvasElement, size: Size) {
    this.#ink = ink.getContext('2d')!
    this.#live = live.getContext('2d')!
    this.#size = size
  }

  /** Makes it show what stands of a drawing. */
  show({ steps, done }: Drawing): void {
    const wanted = steps.slice(0, done)
    this.#clearLive()
    const from = this.#isAhead ? this.#goBack(wanted) : (this.#same(wanted) ?? this.#goBack(wanted))
    this.#isAhead = false
    for (let at = from; at < wanted.length; at++) this.#paint(wanted, at)
    this.#shown = wanted
  }

  /** Draws what there is new of a line. */
  extend(live: Live): void {
    if (live.is === 'eraser') {
      this.#isAhead = true
      paintErased(this.#ink, live, this.#settled)
      this.#settled = live.points.length / POINT
      return
    }
    const all = pieces(live.points.length / POINT)
    for (; this.#settled < all.length - 1; this.#settled++) {
      this.#isAhead = true
      paintPiece(this.#ink, live, all[this.#settled]!, true)
    }
    this.#clearLive()
    paintPiece(this.#live, live, all.at(-1)!, false)
  }

  /** The line is finished, and its step is the newest of the drawing, which is shown next: what is there already stays. */
  end(live: Live, { steps, done }: Drawing): void {
    this.extend(live)
    if (live.is === 'ink') paintPiece(this.#ink, live, pieces(live.points.length / POINT).at(-1)!, true)
    this.#isAhead = false
    this.#settled = 0
    this.#count(steps[done - 1]!, done)
    this.#shown = steps.slice(0, done)
    this.#clearLive()
  }

  /** The line that was being drawn was not meant. */
  takeBack(drawing: Drawing): void {
    this.#settled = 0
    this.show(drawing)
  }

  /** How many of these the finished canvas shows, and nothing else; null where it has something else on it. */
  #same(wanted: readonly DoodleStep[]): number | null {
    const shown = this.#shown
    if (holds(wanted, shown.length, shown.at(-1))) return shown.length
    // What it is drawn on is not on this canvas.
    const isLess = holds(shown, wanted.length, wanted.at(-1))
    return isLess && shown.slice(wanted.length).every(({ is }) => is === 'ground') ? wanted.length : null
  }

  #paint(steps: readonly DoodleStep[], at: number): void {
    const step = steps[at]!
    if (step.is === 'clear') this.#clearInk()
    else paintStep(this.#ink, step)
    this.#count(step, at + 1)
  }

  /** A step is on the canvas, and so many are with it. */
  #count(step: DoodleStep, count: number): void {
    this.#since += costOf(step)
    if (this.#since >= COPY_POINTS) this.#copy(count, step)
  }

  /** Back to the newest copy of what is wanted, or to nothing; says how many steps that has. */
  #goBack(wanted: readonly DoodleStep[]): number {
    this.#clearInk()
    this.#since = 0
    const begins = beginsAt(wanted)
    const copy = this.#copies.findLast(({ count, last }) => count >= begins && holds(wanted, count, last))
    if (!copy) return begins
    this.#ink.drawImage(copy.canvas, 0, 0)
    return copy.count
  }

  #copy(count: number, last: DoodleStep): void {
    this.#since = 0
    // What lies after it was undone, and is the first to be given up; then what is oldest.
    const others = this.#copies.filter((copy) => copy.count < count)
    const canvas = new OffscreenCanvas(this.#size.width, this.#size.height)
    canvas.getContext('2d')!.drawImage(this.#ink.canvas, 0, 0)
    this.#copies = [...others, { count, last, canvas }].slice(-COPIES_MAX)
  }

  #clearInk(): void {
    this.#ink.clearRect(0, 0, this.#size.width, this.#size.height)
  }

  #clearLive(): void {
    this.#live.clearRect(0, 0, this.#size.width, this.#size.height)
  }
}

/** Whether that step is the last of so many: steps only follow one another, and so those before it are the same, too. */
function holds(steps: readonly DoodleStep[], count: number, last: DoodleStep | undefined): boolean {
  return count === 0 || (count <= steps.length && steps[count - 1] === last)
}
