/**
 * Where a picture lies that is looked at closely. Everything is in CSS pixels from the middle of the stage, on which the picture
 * is drawn as large as it fits, moved and then enlarged. Pure.
 */
export type Size = { readonly width: number; readonly height: number }
export type Point = { readonly x: number; readonly y: number }
/** `scale`: 1 is all of it; `x`, `y`: where its middle is. */
export type View = Point & { readonly scale: number }

/** All of it. */
export const WHOLE: View = { scale: 1, x: 0, y: 0 }

/** Of a small picture, too, one may see more by coming closer. */
const CLOSE = 4
/** Beyond two pixels of the device for each of its own nothing more is to be seen. */
const PIXELS = 2
/** What a double tap, and each press on a button, enlarges. */
export const DOUBLE = 2.5
export const STEP = 1.5
/** Closer than this to all of it, it is all of it. */
const NEARLY = 1.02

/** As large as it fits, and no larger than it is. */
export function fitted(picture: Size, stage: Size): Size {
  const scale = Math.min(stage.width / picture.width, stage.height / picture.height, 1)
  return { width: picture.width * scale, height: picture.height * scale }
}

/** How much may be enlarged what is drawn as `fit`. */
export function scaleMax(picture: Size, fit: Size, dpr: number): number {
  return Math.max(CLOSE, (PIXELS * picture.width) / (fit.width * dpr))
}

/** Enlarged to a scale around a point, which stays where it is if it can. */
export function zoomed(view: View, to: number, around: Point, limits: Limits): View {
  return pinched(view, around, around, to / view.scale, limits)
}

/** What is drawn, on what, and how much it may be enlarged. */
export type Limits = { readonly fit: Size; readonly stage: Size; readonly max: number }

/** What was held `from` is held `to`, and `factor` times as large. */
export function pinched(view: View, from: Point, to: Point, factor: number, limits: Limits): View {
  const wanted = Math.min(limits.max, Math.max(1, view.scale * factor))
  const scale = wanted < NEARLY ? 1 : wanted
  const grown = scale / view.scale
  const moved = { scale, x: to.x - (from.x - view.x) * grown, y: to.y - (from.y - view.y) * grown }
  return within(moved, limits)
}

export function moved(view: View, by: Point, limits: Limits): View {
  return within({ ...view, x: view.x + by.x, y: view.y + by.y }, limits)
}

/** No edge of it comes away from the stage's while it could fill that. */
export function within({ scale, x, y }: View, { fit, stage }: Limits): View {
  const room = {
    x: Math.max(0, (fit.width * scale - stage.width) / 2),
    y: Math.max(0, (fit.height * scale - stage.height) / 2),
  }
  return { scale, x: between(x, room.x), y: between(y, room.y) }
}

// Nobody draws `-0px`.
const between = (value: number, most: number) => Math.max(-most, Math.min(value, most)) + 0

/** A factor for so much of a wheel, or of two fingers on a pad, which are told as a wheel with the control key. */
export function wheelFactor(deltaY: number, isPad: boolean): number {
  return Math.exp(-Math.max(-200, Math.min(deltaY, 200)) * (isPad ? 0.01 : 0.002))
}

/** A finger has drawn a whole picture so far, within `ms`. */
export type Swipe = 'older' | 'newer' | 'away' | null

/** Pixels, or pixels of a millisecond, from which on it was meant. */
const FAR = 90
const FAST = 0.5
const NEAR = 24

export function swipeOf({ x, y }: Point, ms: number): Swipe {
  const isAcross = Math.abs(x) > Math.abs(y)
  const far = isAcross ? Math.abs(x) : y
  if (far < NEAR || (far < FAR && far / Math.max(1, ms) < FAST)) return null
  if (!isAcross) return 'away'
  return x > 0 ? 'older' : 'newer'
}

/** Whether there is more to be seen in the picture itself than in its preview of `edge` pixels. */
export function needsOriginal(picture: Size, drawn: Size, dpr: number, edge: number): boolean {
  const longer = Math.max(picture.width, picture.height)
  return longer > edge && Math.max(drawn.width, drawn.height) * dpr > edge * 1.1
}
