/** A picture that is on its way, as this device has it. */
import type { Attachment, ClientMsgId } from '../protocol'
import { EDGE_PX_MAX } from './fit'
import { openPicture } from './shrink'
import { files } from './uploads'

/**
 * Puts it into an image, as long as that is there. Begun anew it would be taken away first, and so nothing is asked for here but
 * what stays the same however it stands with the message. One that goes out as it is, however large, is shown smaller.
 */
export function shown(
  id: ClientMsgId,
  attachments: readonly Attachment[],
  place: number,
): (image: HTMLImageElement) => () => void {
  return (image) => {
    let url: string | null = null
    let isGone = false
    void small(id, attachments, place).then((blob) => {
      if (isGone || !blob) return
      url = URL.createObjectURL(blob)
      image.src = url
    })
    return () => {
      isGone = true
      image.removeAttribute('src')
      if (url) URL.revokeObjectURL(url)
    }
  }
}

async function small(
  id: ClientMsgId,
  attachments: readonly Attachment[],
  place: number,
): Promise<Blob | null> {
  const blob = await files.blob({ client_msg_id: id, attachments }, place)
  const { what, name, media_type } = attachments[place]!
  if (!blob || what.type !== 'picture') return null
  if (what.moves || Math.max(what.width, what.height) <= EDGE_PX_MAX) return blob
  return (await openPicture(new File([blob], name, { type: media_type })))?.thumb ?? null
}
