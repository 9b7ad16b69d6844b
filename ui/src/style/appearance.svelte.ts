/**
 * How the page looks for this person on this device: colours, text size. Kept in
 * the browser, not on the box, because a phone at night and a projector want different things.
 */

export type Scheme = 'system' | 'light' | 'dark'
export type TextSize = 'small' | 'normal' | 'large' | 'huge'

export const schemes: readonly Scheme[] = ['system', 'light', 'dark']
export const textSizes: readonly TextSize[] = ['small', 'normal', 'large', 'huge']

const SCHEME_KEY = 'porch.scheme'
const TEXT_SIZE_KEY = 'porch.text-size'
const SINGLE_KEYS_KEY = 'porch.single-keys'

class Appearance {
  #scheme = $state<Scheme>(stored(SCHEME_KEY, schemes, 'system'))
  #textSize = $state<TextSize>(stored(TEXT_SIZE_KEY, textSizes, 'normal'))
  #singleKeys = $state(stored(SINGLE_KEYS_KEY, ['off', 'on'], 'on') === 'on')

  get scheme(): Scheme {
    return this.#scheme
  }

  set scheme(scheme: Scheme) {
    this.#scheme = scheme
    store(SCHEME_KEY, scheme)
    this.apply()
  }

  get textSize(): TextSize {
    return this.#textSize
  }

  set textSize(size: TextSize) {
    this.#textSize = size
    store(TEXT_SIZE_KEY, size)
    this.apply()
  }

  /** Whether a key alone, without Ctrl or Alt, may do something: in the way of those who speak to type. */
  get singleKeys(): boolean {
    return this.#singleKeys
  }

  set singleKeys(on: boolean) {
    this.#singleKeys = on
    store(SINGLE_KEYS_KEY, on ? 'on' : 'off')
  }

  /** Puts the choices on `<html>`: once before the first paint, then after each change. */
  apply(): void {
    const root = document.documentElement
    if (this.#scheme === 'system') delete root.dataset.scheme
    else root.dataset.scheme = this.#scheme
    for (const size of textSizes) {
      root.classList.toggle(`text-${size}`, size === this.#textSize && size !== 'normal')
    }
  }
}

function stored<T extends string>(key: string, allowed: readonly T[], otherwise: T): T {
  try {
    const value = localStorage.getItem(key)
    return allowed.find((one) => one === value) ?? otherwise
  } catch {
    return otherwise
  }
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // Storage may be forbidden: the choice then lasts as long as the page.
  }
}

export const appearance = new Appearance()
