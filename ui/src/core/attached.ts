/** What a message brings: in short, and where its bytes are: by the message, and the place among all that it brings. */
import type { Attached, Attachment, Seq } from '../protocol'

/** As the list of rooms has it, and a quote. */
export const attachedIn = (attachments: readonly Attachment[]): Attached => ({
  first: attachments[0]!.what.type,
  count: attachments.length,
})

/** The file itself, to be shown or played. */
export const attachedPath = (message: Seq, place: number) => `/api/attachments/${message}/${place}`

/** The same, to be saved under its own name. */
export const downloadPath = (message: Seq, place: number) => `${attachedPath(message, place)}?download`

/** The longer edges of the previews of a picture. */
export type PreviewEdge = 320 | 1280

/** A smaller picture that does not move; of one that is no larger, the picture itself. */
export const previewPath = (message: Seq, place: number, edge: PreviewEdge) =>
  `${attachedPath(message, place)}/${edge}`
