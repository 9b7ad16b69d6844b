/** Short notes on what has just happened, one at a time, shown by `<Toasts>` in the shell. */

export type Toast = { readonly id: number; readonly text: string; readonly kind: 'done' | 'fault' }

/** Long enough to be read by a slow reader; a fault stays longer, being news. */
const SHOWN_MS = { done: 3_000, fault: 6_000 } as const

class Toasts {
  current = $state.raw<Toast | null>(null)
  /** Resolves with the first: what shows it may not be loaded before. */
  readonly begun: Promise<void>
  #begin!: () => void
  #count = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    this.begun = new Promise((resolve) => (this.#begin = resolve))
  }

  show(text: string, kind: Toast['kind'] = 'done'): void {
    this.#begin()
    this.#count += 1
    const toast = { id: this.#count, text, kind }
    this.current = toast
    this.#startTimer(toast)
  }

  dismiss(): void {
    clearTimeout(this.#timer)
    this.current = null
  }

  /** While it is pointed at or holds the focus, it stays. */
  hold(): void {
    clearTimeout(this.#timer)
  }

  release(): void {
    if (this.current) this.#startTimer(this.current)
  }

  #startTimer({ kind }: Toast): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.dismiss(), SHOWN_MS[kind])
  }
}

export const toasts = new Toasts()
