/** How far the box's clock is from this device's. Pure. */

/** Below this nobody would notice, and a slow answer explains it. */
export const SKEW_S_MIN = 120

export type Skew = { readonly is: 'right' } | { readonly is: 'behind' | 'ahead'; readonly seconds: number }

/** `asked` and `answered` are by this device's clock; the box said `box` somewhere between. */
export function skewOf(box: number, asked: number, answered: number): Skew {
  const seconds = Math.round((box - (asked + answered) / 2) / 1000)
  if (Math.abs(seconds) < SKEW_S_MIN) return { is: 'right' }
  return { is: seconds < 0 ? 'behind' : 'ahead', seconds: Math.abs(seconds) }
}
