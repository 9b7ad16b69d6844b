/** The doodle that is being drawn: what stands of it, what it is drawn on, and that it stays on the device until it is sent. */
import type { KeptDoodle } from '../core/keptDoodles'
import {
  type DoodleStep,
  type Drawing,
  type Ground,
  groundOf,
  isFull,
  isUntouched,
  onPicture,
  redone,
  sheet,
  undone,
  withStep,
} from './drawing'
import type { OpenedPicture } from './pictures'

/** Of all that were chosen: each stays, as choosing another can be undone. Some 20 MB. */
export const PICTURES_MAX = 20

export type DoodleFacts = Omit<Drawing, 'steps'>
export type KeptDrawing = KeptDoodle<DoodleFacts, DoodleStep>

/** Where it is kept. */
export type Keeping = {
  keep(doodle: KeptDrawing): Promise<boolean>
  erase(): Promise<boolean>
}

export class Doodling {
  drawing = $state.raw<Drawing>(sheet({ width: 1, height: 1 }))
  /** What it may be drawn on besides paper, as it was opened. */
  pictures = $state.raw<readonly Blob[]>([])
  /** Whether the device could not keep it. */
  isOnlyHere = $state(false)

  #keeping: Keeping
  #isWriting = false
  #isChanged = false
  #isOver = false

  constructor(drawing: Drawing, pictures: readonly Blob[], keeping: Keeping) {
    this.drawing = drawing
    this.pictures = pictures
    this.#keeping = keeping
  }

  /** As it was kept. */
  static from({ facts, steps, pictures }: KeptDrawing, keeping: Keeping): Doodling {
    return new Doodling({ ...facts, steps }, pictures, keeping)
  }

  get canUndo(): boolean {
    return this.drawing.done > 0
  }

  get canRedo(): boolean {
    return this.drawing.done < this.drawing.steps.length
  }

  get isFull(): boolean {
    return isFull(this.drawing)
  }

  add(step: DoodleStep): void {
    if (!this.isFull) this.#become(withStep(this.drawing, step))
  }

  undo(): void {
    this.#become(undone(this.drawing))
  }

  redo(): void {
    this.#become(redone(this.drawing))
  }

  layOn(ground: Ground): void {
    if (ground !== groundOf(this.drawing)) this.add({ is: 'ground', ground })
  }

  /** Lays a picture under what was drawn; where nothing was, the sheet takes its shape. Says whether there is room for it. */
  layOnPicture({ blob, size }: OpenedPicture): boolean {
    if (isUntouched(this.drawing)) {
      this.pictures = [blob]
      this.#become(onPicture(size))
      return true
    }
    if (this.isFull || this.pictures.length >= PICTURES_MAX) return false
    this.pictures = [...this.pictures, blob]
    this.layOn(this.pictures.length - 1)
    return true
  }

  /** It was taken over by somebody else, or is not wanted: it is erased from the device. */
  end(): Promise<boolean> {
    this.#isOver = true
    return this.#keeping.erase()
  }

  #become(drawing: Drawing): void {
    if (drawing === this.drawing) return
    this.drawing = drawing
    this.#isChanged = true
    void this.#write()
  }

  /** One after the other, and of several changes the last. */
  async #write(): Promise<void> {
    if (this.#isWriting) return
    this.#isWriting = true
    while (this.#isChanged && !this.#isOver) {
      this.#isChanged = false
      const { steps, ...facts } = this.drawing
      this.isOnlyHere = !(await this.#keeping.keep({ facts, steps, pictures: this.pictures }))
    }
    this.#isWriting = false
  }
}
