/** Pictures that are drawn on. */
import { pictureSize } from '../parts/pictureSize'
import type { Size } from '../parts/zoom'
import { sizeOn } from './drawing'

/** A file larger than this is no picture of a camera, and may take the page's memory with it. */
const FILE_BYTES_MAX = 60 * 1024 * 1024
/** What is lost is not seen. */
const QUALITY = 0.95

/** No larger than it is drawn, and without what the camera wrote beside it: it may lie on the device for a while. */
export type OpenedPicture = { readonly blob: Blob; readonly size: Size }
export type PictureFault = 'unreadable' | 'large'

export async function openPicture(file: Blob): Promise<OpenedPicture | PictureFault> {
  if (file.size > FILE_BYTES_MAX) return 'large'
  const whole = await pictureSize(file)
  if (!whole) return 'unreadable'
  const size = sizeOn(whole)
  try {
    // Made smaller while it is decoded: two copies of what a camera makes are more than a phone has.
    const bitmap = await createImageBitmap(file, {
      imageOrientation: 'from-image',
      resizeWidth: size.width,
      resizeHeight: size.height,
      resizeQuality: 'high',
    })
    const blob = await encoded(bitmap)
    bitmap.close()
    return { blob, size }
  } catch {
    return 'unreadable'
  }
}

async function encoded(bitmap: ImageBitmap): Promise<Blob> {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
  const context = canvas.getContext('2d')!
  // What can be seen through lies on white.
  context.fillStyle = '#fff'
  context.fillRect(0, 0, bitmap.width, bitmap.height)
  context.drawImage(bitmap, 0, 0)
  return canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY })
}
