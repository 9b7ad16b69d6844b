/** The shape of a line: wider where the pen was pressed, or moved slowly. Pure. */
import { getStroke } from 'perfect-freehand'
import { POINT } from './drawing'

type Outline = readonly (readonly number[])[]

/**
 * Points of a line that are shaped together. A long line is shaped in pieces, so that the end of it costs a slow phone no more
 * than its beginning: each overlaps the one before, and no seam is seen.
 */
export const PIECE_POINTS = 300
const OVERLAP_POINTS = 12

/** Where the pieces of a line of so many points begin and end. */
export function pieces(count: number): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = []
  for (let from = 0; from === 0 || from < count; from += PIECE_POINTS)
    found.push({ from: Math.max(0, from - OVERLAP_POINTS), to: Math.min(count, from + PIECE_POINTS) })
  return found
}

/** The outline of a piece of a line; `isLast`: the pen is not in the midst of it. */
export function outline(
  points: ArrayLike<number>,
  { from, to }: { from: number; to: number },
  { width, isPressed, isLast }: { width: number; isPressed: boolean; isLast: boolean },
): Outline {
  const piece: [number, number, number][] = []
  for (let at = from; at < to; at++)
    piece.push([points[at * POINT]!, points[at * POINT + 1]!, points[at * POINT + 2]!])
  return getStroke(piece, {
    size: width,
    thinning: isPressed ? 0.75 : 0.45,
    smoothing: 0.5,
    streamline: 0.4,
    simulatePressure: !isPressed,
    last: isLast,
  })
}

/** Whether a point says anything that the one before does not; both in pixels of the drawing. */
export function isNews(before: { x: number; y: number } | null, x: number, y: number): boolean {
  return before === null || Math.hypot(x - before.x, y - before.y) >= 1
}
