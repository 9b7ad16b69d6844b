/** What this person has done with messages and the box has not confirmed yet, as it is shown already. */
import type { Message } from '../protocol'
import type { Act } from './acts'

export type PendingAct = {
  readonly act: Act
  /** When it was done, by this device's clock. */
  readonly at: number
}

/** A message as it is shown: with what is being done with it, where it says so. */
export type ShownMessage = Message & { readonly isActing?: true }

/** Messages as they will be. */
export function withActs(messages: readonly Message[], acts: readonly PendingAct[]): readonly ShownMessage[] {
  if (acts.length === 0) return messages
  const edits = new Map(acts.map((pending) => [pending.act.message, pending]))
  return messages.map((message) => {
    const edit = edits.get(message.id)
    if (!edit || message.deleted) return message
    return { ...message, body: edit.act.body, edited_at: edit.at, isActing: true }
  })
}
