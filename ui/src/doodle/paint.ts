/** Draws what a doodle is made of onto a canvas. What is drawn is told by `drawing`; here it becomes pixels. */
import type { Size } from '../parts/zoom'
import { COLORS, type DoodleStep, type Ground, POINT, type Stamp, type Stroke } from './drawing'
import { outline, pieces } from './ink'

export type Canvas2D = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D

/** Pixels from one line of squared paper to the next, and how wide it is. */
const SQUARE = 64
const LINE = 2
const EMOJI_FONT = '"Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji", sans-serif'

/** `picture`: where it is one that is drawn on. */
export function paintGround(
  context: Canvas2D,
  { width, height }: Size,
  ground: Ground,
  picture: ImageBitmap | null,
): void {
  context.fillStyle = ground === 'black' ? '#000' : '#fff'
  context.fillRect(0, 0, width, height)
  if (ground === 'squared') paintSquares(context, { width, height })
  if (!picture) return
  // All of it, on a sheet of another shape too.
  const scale = Math.min(width / picture.width, height / picture.height)
  const [wide, high] = [picture.width * scale, picture.height * scale]
  context.imageSmoothingQuality = 'high'
  context.drawImage(picture, (width - wide) / 2, (height - high) / 2, wide, high)
}

function paintSquares(context: Canvas2D, { width, height }: Size): void {
  context.fillStyle = '#c9d6e4'
  for (let x = SQUARE; x < width; x += SQUARE) context.fillRect(x - LINE / 2, 0, LINE, height)
  for (let y = SQUARE; y < height; y += SQUARE) context.fillRect(0, y - LINE / 2, width, LINE)
}

export function paintStep(context: Canvas2D, step: DoodleStep): void {
  if (step.is === 'ink') paintInk(context, step)
  else if (step.is === 'eraser') paintErased(context, step, 0)
  else if (step.is === 'stamp') paintStamp(context, step)
}

export function paintInk(context: Canvas2D, stroke: Stroke): void {
  for (const piece of pieces(stroke.points.length / POINT)) paintPiece(context, stroke, piece, true)
}

/** `points`: of a line that is being drawn, those there are. */
export function paintPiece(
  context: Canvas2D,
  { points, width, color, isPressed }: Omit<Stroke, 'is' | 'points'> & { points: ArrayLike<number> },
  piece: { from: number; to: number },
  isLast: boolean,
): void {
  context.fillStyle = COLORS[color]
  context.beginPath()
  const shape = outline(points, piece, { width, isPressed, isLast })
  shape.forEach(([x, y], at) => {
    const [beyondX, beyondY] = shape[(at + 1) % shape.length]!
    // Through the middles, bent towards the points: a line without corners.
    if (at === 0) context.moveTo((x! + beyondX!) / 2, (y! + beyondY!) / 2)
    else context.quadraticCurveTo(x!, y!, (x! + beyondX!) / 2, (y! + beyondY!) / 2)
  })
  context.closePath()
  context.fill()
}

/**
 * Erases along a line, from its point number `from` on. From point to point: so it is the same to the pixel whether a line is
 * erased as it comes or all at once.
 */
export function paintErased(
  context: Canvas2D,
  { points, width }: { points: ArrayLike<number>; width: number },
  from: number,
): void {
  context.globalCompositeOperation = 'destination-out'
  context.lineWidth = width
  context.lineCap = 'round'
  for (let at = from * POINT; at < points.length; at += POINT) {
    // The first is a dot.
    const before = Math.max(0, at - POINT)
    context.beginPath()
    context.moveTo(points[before]!, points[before + 1]!)
    context.lineTo(points[at]!, points[at + 1]!)
    context.stroke()
  }
  context.globalCompositeOperation = 'source-over'
}

function paintStamp(context: Canvas2D, { emoji, size, x, y }: Stamp): void {
  // Some of them are drawn in the colour of text.
  context.fillStyle = '#000'
  context.font = `${size}px ${EMOJI_FONT}`
  context.textAlign = 'center'
  context.textBaseline = 'alphabetic'
  const { actualBoundingBoxAscent: up, actualBoundingBoxDescent: down } = context.measureText(emoji)
  context.fillText(emoji, x, y + (up - down) / 2)
}
