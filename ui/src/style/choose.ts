/** Chooses how the page looks for this person: at once, and kept on this device. */
import {
  appearance,
  SCHEME_KEY,
  type Scheme,
  SINGLE_KEYS_KEY,
  TEXT_SIZE_KEY,
  type TextSize,
} from './appearance.svelte'

export function chooseScheme(scheme: Scheme): void {
  appearance.scheme = scheme
  keep(SCHEME_KEY, scheme)
}

export function chooseTextSize(size: TextSize): void {
  appearance.textSize = size
  keep(TEXT_SIZE_KEY, size)
}

export function chooseSingleKeys(on: boolean): void {
  appearance.singleKeys = on
  keep(SINGLE_KEYS_KEY, on ? 'on' : 'off')
}

function keep(key: string, value: string): void {
  appearance.apply()
  try {
    localStorage.setItem(key, value)
  } catch {
    // Storage may be forbidden: the choice then lasts as long as the page.
  }
}
