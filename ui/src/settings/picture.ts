/** From a file someone chose to the square picture that goes to the box. */
import { type Square, squareOf, type View } from './crop'

/** A file larger than this is no snapshot, and may take the page's memory with it. */
const FILE_BYTES_MAX = 60 * 1024 * 1024
/** Edge in pixels of what is sent: twice what the box keeps, for its own scaling. */
const SENT_EDGE = 512
const JPEG_QUALITY = 0.9

export type PictureFault = 'unreadable' | 'large'

/** The picture in a file, turned upright; what the camera wrote beside it is left behind. */
export async function openPicture(file: File): Promise<ImageBitmap | PictureFault> {
  if (file.size > FILE_BYTES_MAX) return 'large'
  try {
    return await createImageBitmap(file, { imageOrientation: 'from-image' })
  } catch {
    return 'unreadable'
  }
}

/** Draws a square of the picture over the whole canvas. */
export function drawSquare(canvas: HTMLCanvasElement, picture: ImageBitmap, square: Square): void {
  const context = canvas.getContext('2d')
  if (!context) return
  // JPEG knows no transparency: paper shows through.
  context.fillStyle = '#fff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.imageSmoothingQuality = 'high'
  context.drawImage(
    picture,
    square.left,
    square.top,
    square.edge,
    square.edge,
    0,
    0,
    canvas.width,
    canvas.height,
  )
}

/** The chosen square as a JPEG file; null where the browser cannot make one. */
export function cutPicture(picture: ImageBitmap, view: View): Promise<Blob | null> {
  const square = squareOf(picture, view)
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = Math.max(1, Math.min(SENT_EDGE, Math.round(square.edge)))
  drawSquare(canvas, picture, square)
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', JPEG_QUALITY))
}
