/**
 * What a press of the microphone's button means: a click begins, and whoever goes on pressing speaks as long as they do, slides
 * towards the start to throw it away, and up to go on with the hand free. Pure.
 */

/** Pressed for longer, it is held. */
export const HOLD_MS = 350
/** How far one slides, in CSS pixels: further than a thumb that speaks along trembles. */
const AWAY_PX = 90
const UP_PX = 70

export type Slide = 'stays' | 'away' | 'up'

/** `x` and `y`: how far from where it was pressed; `rtl`: lines run from the right, and begin there. */
export function slideOf(x: number, y: number, rtl: boolean): Slide {
  const away = rtl ? x : -x
  if (away >= AWAY_PX && away >= -y) return 'away'
  return -y >= UP_PX ? 'up' : 'stays'
}

/** How much of the way to `away` is gone: 0 to 1. */
export function partAway(x: number, rtl: boolean): number {
  return Math.max(0, Math.min(1, (rtl ? x : -x) / AWAY_PX))
}
