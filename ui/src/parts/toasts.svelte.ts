/** Short notes on what has just happened, one at a time, shown by `<Toasts>` in the shell. */

/** Where what was done is to be seen. */
export type ToastLink = { readonly text: string; readonly href: string }

export type Toast = {
  readonly text: string
  readonly kind: 'done' | 'fault'
  readonly link: ToastLink | undefined
}

class Toasts {
  current = $state.raw<Toast | null>(null)
  /** Resolves with the first: what shows it may not be loaded before. */
  readonly begun: Promise<void>
  #begin!: () => void

  constructor() {
    this.begun = new Promise((resolve) => (this.#begin = resolve))
  }

  show(text: string, kind: Toast['kind'] = 'done', link?: ToastLink): void {
    this.#begin()
    this.current = { text, kind, link }
  }
}

export const toasts = new Toasts()
