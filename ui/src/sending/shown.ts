/** A picture that is on its way, as this device has it. */
import type { Pending } from '../core/room.svelte'
import { EDGE_PX_MAX } from './fit'
import { openPicture } from './shrink'
import { files } from './uploads'

/** Puts it into an image, as long as that is there. One that goes out as it is, however large, is shown smaller. */
export function shown(pending: Pending, place: number): (image: HTMLImageElement) => () => void {
  return (image) => {
    let url: string | null = null
    let isGone = false
    void small(pending, place).then((blob) => {
      if (isGone || !blob) return
      url = URL.createObjectURL(blob)
      image.src = url
    })
    return () => {
      isGone = true
      if (url) URL.revokeObjectURL(url)
    }
  }
}

async function small(pending: Pending, place: number): Promise<Blob | null> {
  const blob = await files.blob(pending, place)
  const { what, name, media_type } = pending.attachments![place]!
  if (!blob || what.type !== 'picture') return null
  if (what.moves || Math.max(what.width, what.height) <= EDGE_PX_MAX) return blob
  return (await openPicture(new File([blob], name, { type: media_type })))?.thumb ?? null
}
