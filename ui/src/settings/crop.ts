/** Which square of a picture is used. Pure geometry in pixels of the picture. */

export type Size = { readonly width: number; readonly height: number }
/** The middle of the square, and how many times it is smaller than the largest that fits. */
export type View = { readonly x: number; readonly y: number; readonly zoom: number }
export type Square = { readonly left: number; readonly top: number; readonly edge: number }

export const ZOOM_MAX = 6

/** The largest square, in the middle. */
export function wholeView(picture: Size): View {
  return { x: picture.width / 2, y: picture.height / 2, zoom: 1 }
}

/** The square a view shows. */
export function squareOf(picture: Size, view: View): Square {
  const edge = Math.min(picture.width, picture.height) / view.zoom
  return { left: view.x - edge / 2, top: view.y - edge / 2, edge }
}

/** The view moved by parts of its own edge: 0.5 is half of what is seen. Never leaves the picture. */
export function moved(picture: Size, view: View, dx: number, dy: number): View {
  const { edge } = squareOf(picture, view)
  return inside(picture, { ...view, x: view.x + dx * edge, y: view.y + dy * edge })
}

/**
 * The view with another zoom. What lies at `at` (0 to 1 along each edge of the square) stays where it
 * is as far as the picture's edges allow.
 */
export function zoomedTo(picture: Size, view: View, zoom: number, at = { x: 0.5, y: 0.5 }): View {
  const before = squareOf(picture, view)
  const clamped = Math.min(ZOOM_MAX, Math.max(1, zoom))
  const edge = Math.min(picture.width, picture.height) / clamped
  const x = before.left + at.x * before.edge + (0.5 - at.x) * edge
  const y = before.top + at.y * before.edge + (0.5 - at.y) * edge
  return inside(picture, { x, y, zoom: clamped })
}

function inside(picture: Size, view: View): View {
  const half = squareOf(picture, view).edge / 2
  return {
    ...view,
    x: Math.min(picture.width - half, Math.max(half, view.x)),
    y: Math.min(picture.height - half, Math.max(half, view.y)),
  }
}
