/**
 * What lies over the page and is a step of the browser's history, so that going back closes it; of that step the router hears
 * nothing, for what lies below stays as it is. One may lie over another: going back closes the upper one.
 */
import { tick } from 'svelte'
import { router } from './router.svelte'

export class Over {
  /** Whether it is to be drawn. */
  isOpen = $state(false)
  /** What is to be done once the step has been taken back. */
  #then: (() => void) | null = null
  /** The step is being taken back: the browser says so a moment later. */
  #isLeaving = false
  /** Which arrival of the router it was opened after. */
  #openedAt = 0
  /** What going back closes next. */
  #below: (() => void) | null = null

  /** Says whether it is open now: while it is already, it is not opened again. */
  open(): boolean {
    if (this.isOpen) return false
    history.pushState(history.state, '')
    this.#below = router.over
    router.over = this.#stepped
    this.#openedAt = router.arrivals
    this.isOpen = true
    return true
  }

  /** Takes the step back, which closes it; then does something else. */
  close(then?: () => void): void {
    if (!this.isOpen || this.#isLeaving) return
    this.#isLeaving = true
    this.#then = then ?? null
    history.back()
  }

  /** A notification was pressed, or something else has led elsewhere: it is closed, and the step stays as one of many. */
  follow(): void {
    if (!this.isOpen || router.arrivals === this.#openedAt) return
    router.over = null
    this.#shut()
  }

  #stepped = (): void => {
    router.over = this.#below
    const then = this.#then
    this.#shut()
    // The focus goes back first; where one goes then may take it.
    if (then) void tick().then(then)
  }

  #shut(): void {
    this.#then = null
    this.#below = null
    this.#isLeaving = false
    this.isOpen = false
  }
}
