/** Attachments for tests. */
import type { Attachment, AttachmentKind } from '../../protocol'

type Kind<T extends AttachmentKind['type']> = Extract<AttachmentKind, { type: T }>

const attachment = (name: string, media_type: string, what: AttachmentKind, bytes = 12_345): Attachment => ({
  name,
  bytes,
  media_type,
  what,
})

export const picture = (facts: Partial<Kind<'picture'>> = {}): Attachment =>
  attachment('IMG_1.jpg', 'image/jpeg', {
    type: 'picture',
    width: 4_000,
    height: 3_000,
    color: [90, 120, 80],
    moves: false,
    alt: '',
    ...facts,
  })

export const film = (): Attachment => attachment('VID_1.mp4', 'video/mp4', { type: 'video' })

export const sound = (name = 'song.mp3'): Attachment => attachment(name, 'audio/mpeg', { type: 'audio' })

export const voice = (ms = 12_300): Attachment =>
  attachment('', 'audio/webm', { type: 'voice', ms, levels: [0, 128, 255, 64] })

export const file = (name = 'report.pdf'): Attachment => attachment(name, 'application/pdf', { type: 'file' })
