/**
 * Draws a picture smaller, beside the page: decoding and scaling a large photograph takes a phone a second, in which nothing
 * could be typed. A worker of its own, that ends with its work and gives the memory back.
 */
import type { Size } from './fit'

/** What is to be made of a file. */
export type DrawAsked = {
  readonly file: Blob
  readonly size: Size
  readonly thumb: Size
  /** Null where the file itself goes out. */
  readonly small: Size | null
}
export type Drawn = { readonly thumb: Blob; readonly small: Blob | null }

/** JPEG and WebP, between 0 and 1: what is lost is not seen. */
const QUALITY = 0.85
/** What may let something through: all else is opaque. */
const WITH_ALPHA = /^image\/(png|webp|avif|gif)$/

self.onmessage = async ({ data }: MessageEvent<DrawAsked>) => {
  try {
    postMessage(await draw(data))
  } catch {
    postMessage(null)
  }
}

async function draw({ file, size, thumb, small }: DrawAsked): Promise<Drawn> {
  const wanted = small ?? thumb
  const upright = { imageOrientation: 'from-image' } as const
  const scaled = { resizeWidth: wanted.width, resizeHeight: wanted.height, resizeQuality: 'high' } as const
  // Scaled while it is decoded: two copies of what a camera makes are more than a phone has.
  const bitmap = await createImageBitmap(
    file,
    wanted.width < size.width ? { ...upright, ...scaled } : upright,
  )
  const little = drawn(bitmap, thumb)
  const type = WITH_ALPHA.test(file.type) && isSeenThrough(little) ? 'image/webp' : 'image/jpeg'
  // A browser that cannot write WebP writes PNG.
  const encoded = (canvas: OffscreenCanvas) => canvas.convertToBlob({ type, quality: QUALITY })
  return { thumb: await encoded(little), small: small && (await encoded(drawn(bitmap, small))) }
}

function drawn(bitmap: ImageBitmap, { width, height }: Size): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d')!
  context.imageSmoothingQuality = 'high'
  context.drawImage(bitmap, 0, 0, width, height)
  return canvas
}

function isSeenThrough(canvas: OffscreenCanvas): boolean {
  const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
  for (let at = 3; at < data.length; at += 4) if (data[at]! < 255) return true
  return false
}
