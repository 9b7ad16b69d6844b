import type { Attachment } from 'svelte/attachments'

/** Draws how a picture begins: of a small one that moves, the box has no preview that does not. */
export function firstFrame(src: string, failed: () => void): Attachment<HTMLCanvasElement> {
  return (canvas) => {
    const image = new Image()
    image.onload = () => {
      canvas.width = image.naturalWidth
      canvas.height = image.naturalHeight
      canvas.getContext('2d')?.drawImage(image, 0, 0)
    }
    image.onerror = failed
    image.src = src
    return () => (image.onload = image.onerror = null)
  }
}
