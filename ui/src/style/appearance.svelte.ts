/**
 * How the page looks for this person on this device: colours, text size. Kept in
 * the browser, not on the box, because a phone at night and a projector want different things. It is
 * chosen by `choose`.
 */

export type Scheme = 'system' | 'light' | 'dark'
export type TextSize = 'small' | 'normal' | 'large' | 'huge'

export const schemes: readonly Scheme[] = ['system', 'light', 'dark']
export const textSizes: readonly TextSize[] = ['small', 'normal', 'large', 'huge']

export const SCHEME_KEY = 'porch.scheme'
export const TEXT_SIZE_KEY = 'porch.text-size'
export const SINGLE_KEYS_KEY = 'porch.single-keys'

class Appearance {
  scheme = $state<Scheme>(stored(SCHEME_KEY, schemes, 'system'))
  textSize = $state<TextSize>(stored(TEXT_SIZE_KEY, textSizes, 'normal'))
  /** Whether a key alone, without Ctrl or Alt, may do something: in the way of those who speak to type. */
  singleKeys = $state(stored(SINGLE_KEYS_KEY, ['off', 'on'], 'on') === 'on')

  /** Puts the choices on `<html>`: once before the first paint, then after each change. */
  apply(): void {
    const root = document.documentElement
    if (this.scheme === 'system') delete root.dataset.scheme
    else root.dataset.scheme = this.scheme
    for (const size of textSizes) {
      root.classList.toggle(`text-${size}`, size === this.textSize && size !== 'normal')
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

export const appearance = new Appearance()
