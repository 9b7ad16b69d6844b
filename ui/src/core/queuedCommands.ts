/** What this person has done with messages and the box has not confirmed yet, as it is shown already. */
import type { Message, Seq } from '../protocol'
import type { Queueable } from './commandQueue'

export type QueuedCommand = {
  readonly command: Queueable
  /** When it was done, by this device's clock. */
  readonly at: number
}

/** A message as it is shown: with what is being done with it, where it says so. */
export type ShownMessage = Message & { readonly isQueued?: true }

/** Messages as they will be. */
export function withQueued(
  messages: readonly Message[],
  queued: readonly QueuedCommand[],
): readonly ShownMessage[] {
  const edits = new Map<Seq, { body: string; edited_at: number }>()
  for (const { command, at } of queued)
    if (command.type === 'edit') edits.set(command.message, { body: command.body, edited_at: at })
  if (edits.size === 0) return messages
  return messages.map((message) => {
    const edit = edits.get(message.id)
    return edit && !message.deleted ? { ...message, ...edit, isQueued: true } : message
  })
}
