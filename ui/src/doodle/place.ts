/** Where a point of the screen is on the drawing. Pure. */
import type { Point, Size, View } from '../parts/zoom'

/** How much may be enlarged: a pixel of the drawing is then some millimetres on a phone. */
export const SCALE_MAX = 8

/** `point`: in CSS pixels from the middle of the stage, on which the drawing is `fit` at its whole. */
export function onDrawing(point: Point, view: View, fit: Size, size: Size): Point {
  return {
    x: ((point.x - view.x) / (fit.width * view.scale) + 0.5) * size.width,
    y: ((point.y - view.y) / (fit.height * view.scale) + 0.5) * size.height,
  }
}

/** And back. */
export function onStage(point: Point, view: View, fit: Size, size: Size): Point {
  return {
    x: (point.x / size.width - 0.5) * fit.width * view.scale + view.x,
    y: (point.y / size.height - 0.5) * fit.height * view.scale + view.y,
  }
}

/** The nearest point that lies on the drawing. */
export function kept({ x, y }: Point, { width, height }: Size): Point {
  return { x: Math.min(width, Math.max(0, x)), y: Math.min(height, Math.max(0, y)) }
}

/** Where the arrow keys lead. */
export const ARROWS: { readonly [key: string]: readonly [number, number] } = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}
