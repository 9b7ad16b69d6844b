/** A message's attachments by what they are, each with its place among all. Pure. */
import type { Attachment, AttachmentKind } from '../../protocol'

type Type = AttachmentKind['type']

export type Placed<T extends Type = Type> = Omit<Attachment, 'what'> & {
  readonly what: Extract<AttachmentKind, { type: T }>
  /** By which the box knows it. */
  readonly place: number
}

/** Those of one kind, or of several. */
export function placed<T extends Type>(attachments: readonly Attachment[], ...types: T[]): Placed<T>[] {
  return attachments
    .map((attachment, place) => ({ ...attachment, place }))
    .filter((one): one is Placed<T> => (types as Type[]).includes(one.what.type))
}
