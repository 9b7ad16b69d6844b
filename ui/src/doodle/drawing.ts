/**
 * A doodle: what was drawn, step by step, and how much of it stands. Pure, and never changed in place: each step gives another
 * drawing, and what was undone is there until something else is drawn.
 *
 * Everything is in the drawing's own pixels, those of the picture that is sent.
 */
import type { Point, Size } from '../parts/zoom'

/** As many as people choose between at a glance; told apart by those who see few colours by lightness, too. */
export const COLORS = {
  black: '#000000',
  white: '#ffffff',
  red: '#d8232a',
  orange: '#f07d12',
  yellow: '#f7cf1d',
  green: '#2c9a4b',
  blue: '#1f6fd1',
  purple: '#8136b8',
  pink: '#ec5fa1',
  brown: '#82522a',
} as const
export type Color = keyof typeof COLORS

/** How wide a pen is where it is pressed as most are, and the eraser; how large a stamp. In pixels. */
export const WIDTHS = { fine: 8, medium: 16, broad: 34, wide: 72 } as const
export const STAMPS = { fine: 96, medium: 176, broad: 320, wide: 560 } as const
export type Width = keyof typeof WIDTHS

/** What is drawn on; a number: that of the drawing's pictures. */
export const PAPERS = ['white', 'black', 'squared'] as const
export type Paper = (typeof PAPERS)[number]
export type Ground = Paper | number

/** One line of a pen or of the eraser. */
export type Stroke = {
  readonly is: 'ink' | 'eraser'
  readonly color: Color
  readonly width: number
  /** x, y and pressure (0 to 1) of each point. */
  readonly points: Float32Array
  /** Whether the pressure was felt, or is to be made of how quick the line is. */
  readonly isPressed: boolean
}
export type Stamp = Point & { readonly is: 'stamp'; readonly emoji: string; readonly size: number }
export type DoodleStep =
  | Stroke
  | Stamp
  | { readonly is: 'clear' }
  | { readonly is: 'ground'; readonly ground: Ground }

export type Drawing = {
  readonly size: Size
  /** What was there before the first step. */
  readonly first: Ground
  readonly steps: readonly DoodleStep[]
  /** How many of the steps stand; the others were undone. */
  readonly done: number
}

/**
 * All that can be undone and redone is kept: some two hours of drawing without a pause, and 12 MB. Who has drawn as much sends
 * it, and draws on what was sent.
 */
export const POINTS_MAX = 1_000_000
export const STEPS_MAX = 50_000

/** Pixels of the longer edge: as large as pictures are sent; and of one that was smaller, enough for a line to be smooth. */
export const EDGE_MAX = 2_048
export const EDGE_MIN = 1_024

/** An empty sheet, upright or not, as the screen is. */
export function sheet({ width, height }: Size): Drawing {
  const [long, short] = [EDGE_MAX, EDGE_MAX * 0.75]
  const size = height > width ? { width: short, height: long } : { width: long, height: short }
  return { size, first: 'white', steps: [], done: 0 }
}

/** Nothing drawn yet on a picture, which is the first of the drawing's. */
export function onPicture(picture: Size): Drawing {
  return { size: sizeOn(picture), first: 0, steps: [], done: 0 }
}

/** How large a drawing on a picture is. */
export function sizeOn({ width, height }: Size): Size {
  const longer = Math.max(width, height, 1)
  const scale = Math.min(EDGE_MAX, Math.max(EDGE_MIN, longer)) / longer
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

export function withStep(drawing: Drawing, step: DoodleStep): Drawing {
  const steps = [...drawing.steps.slice(0, drawing.done), step]
  return { ...drawing, steps, done: steps.length }
}

export function undone(drawing: Drawing): Drawing {
  return { ...drawing, done: Math.max(0, drawing.done - 1) }
}

export function redone(drawing: Drawing): Drawing {
  return { ...drawing, done: Math.min(drawing.steps.length, drawing.done + 1) }
}

export function groundOf({ first, steps, done }: Drawing): Ground {
  for (let at = done - 1; at >= 0; at--) {
    const step = steps[at]!
    if (step.is === 'ground') return step.ground
  }
  return first
}

/** Where what is to be seen begins among the steps: after the last time that everything was cleared. */
export function beginsAt(steps: readonly DoodleStep[], done = steps.length): number {
  for (let at = done - 1; at >= 0; at--) if (steps[at]!.is === 'clear') return at + 1
  return 0
}

/** Whether nothing is drawn: what was erased line by line counts as drawn. */
export function isEmpty({ steps, done }: Drawing): boolean {
  return !steps.slice(beginsAt(steps, done), done).some(({ is }) => is === 'ink' || is === 'stamp')
}

/** Whether there is nothing that anybody would miss. */
export function isUntouched({ steps }: Drawing): boolean {
  return steps.length === 0
}

/** Whether there is nothing to be seen but what it was begun on, or plain paper. What was undone is still there. */
export function isPlain(drawing: Drawing): boolean {
  const ground = groundOf(drawing)
  return isEmpty(drawing) && (typeof ground === 'string' || ground === drawing.first)
}

/** Whether nothing more can be drawn. */
export function isFull({ steps, done }: Drawing): boolean {
  return done >= STEPS_MAX || pointsIn(steps.slice(0, done)) >= POINTS_MAX
}

export function pointsIn(steps: readonly DoodleStep[]): number {
  return steps.reduce((sum, step) => sum + costOf(step), 0)
}

/** What a step costs to draw, in points. */
export function costOf(step: DoodleStep): number {
  return step.is === 'ink' || step.is === 'eraser' ? step.points.length / POINT : 1
}

/** Numbers of each point. */
export const POINT = 3
