/** Which voice message is played after another. Pure. */
import type { Message } from '../protocol'

/** The next one in what is known of the room, of those that are wanted. */
export function nextVoice(
  rows: readonly Message[],
  after: Message,
  isWanted: (message: Message) => boolean,
): Message | undefined {
  return rows.find(
    (row) => row.n > after.n && !row.deleted && row.attachments?.[0]?.what.type === 'voice' && isWanted(row),
  )
}
