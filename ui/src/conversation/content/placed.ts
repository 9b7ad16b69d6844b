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

/** Pictures that follow each other, or one of anything else. */
export type Group =
  | { readonly pictures: Placed<'picture'>[]; readonly first: number }
  | { readonly other: Placed<Exclude<Type, 'picture'>>; readonly first: number }

/** What stands below each other, in the order of whoever sent it. */
export function groupsOf(attachments: readonly Attachment[]): Group[] {
  const groups: Group[] = []
  for (const [place, { what, ...said }] of attachments.entries()) {
    const last = groups.at(-1)
    if (what.type !== 'picture') groups.push({ other: { ...said, what, place }, first: place })
    else if (last && 'pictures' in last) last.pictures.push({ ...said, what, place })
    else groups.push({ pictures: [{ ...said, what, place }], first: place })
  }
  return groups
}
