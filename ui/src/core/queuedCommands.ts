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
  if (queued.length === 0) return messages
  const done = new Map<Seq, QueuedCommand[]>()
  for (const one of queued) done.set(one.command.message, [...(done.get(one.command.message) ?? []), one])
  return messages.map((message) => {
    const own = message.deleted ? undefined : done.get(message.id)
    return own ? own.reduce(after, message as ShownMessage) : message
  })
}

/** A message once this is done with it. */
function after(message: ShownMessage, { command, at }: QueuedCommand): ShownMessage {
  if (command.type === 'edit') return { ...message, body: command.body, edited_at: at, isQueued: true }
  if (command.type === 'pin') return { ...message, pinned: command.on }
  if (command.type === 'react') return reacted(message, command.emoji, command.on)
  return message
}

/** A message once this person has put an emoji to it, or taken it back. */
export function reacted<M extends Message>(message: M, emoji: string, on: boolean): M {
  const { reactions = [], mine = [] } = message
  if (mine.includes(emoji) === on) return message
  const isThere = reactions.some(([kind]) => kind === emoji)
  const counted = isThere ? reactions : [...reactions, [emoji, 0] as [string, number]]
  const counts = counted.map(([kind, n]): [string, number] => [kind, kind === emoji ? n + (on ? 1 : -1) : n])
  return {
    ...message,
    reactions: counts.filter(([, n]) => n > 0),
    mine: on ? [...mine, emoji] : mine.filter((other) => other !== emoji),
  }
}
