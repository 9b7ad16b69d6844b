/** A picture of what a camera sees. */

/** As it is looked at before it is used; what it is made smaller to is the sender's. */
const QUALITY = 0.95

/** `mirror`: as in a mirror. Null where the camera shows nothing, or the browser makes no picture of it. */
export async function shotOf(
  source: HTMLVideoElement | ImageBitmap,
  name: string,
  mirror: boolean,
): Promise<File | null> {
  const [width, height] =
    source instanceof HTMLVideoElement
      ? [source.videoWidth, source.videoHeight]
      : [source.width, source.height]
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  const context = canvas.getContext('2d')
  if (!context || width === 0) return null
  if (mirror) {
    context.translate(width, 0)
    context.scale(-1, 1)
  }
  context.drawImage(source, 0, 0)
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY))
  return blob && new File([blob], name, { type: blob.type })
}
