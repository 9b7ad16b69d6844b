/** The pictures of a room, as far as its messages are known here, in their order. Pure. */

import type { Message } from '../../protocol'
import { type Placed, placed } from '../content/placed'

export type Shown = { readonly message: Message; readonly picture: Placed<'picture'> }

export function picturesIn(rows: readonly Message[]): Shown[] {
  return rows.flatMap((message) =>
    message.deleted || !message.attachments
      ? []
      : placed(message.attachments, 'picture').map((picture) => ({ message, picture })),
  )
}

/** Where a picture is among them; where it is not any more, the one after it, or else the last; -1 where there is none. */
export function placeOf(
  all: readonly Shown[],
  { message, picture }: { message: Pick<Message, 'id'>; picture: { place: number } },
): number {
  const at = all.findIndex(
    (one) =>
      one.message.id > message.id || (one.message.id === message.id && one.picture.place >= picture.place),
  )
  return at < 0 ? all.length - 1 : at
}
