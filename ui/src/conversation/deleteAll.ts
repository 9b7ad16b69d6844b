/** Deletes many messages, one after the other. */
import { chat } from '../chat'
import { type FaultCode, faultCode, Refusal } from '../core/api'
import type { Message } from '../protocol'

/** Refusals that pass by themselves. */
const PASSING: ReadonlySet<FaultCode> = new Set(['busy', 'slow_down'])
/** When the box does not say when to try again. */
const RETRY_MS = 1_000

/** Rejects with the first refusal that does not pass; those before it are deleted. */
export async function deleteAll(messages: readonly Message[]): Promise<void> {
  for (const message of messages) await deleteOne(message)
}

async function deleteOne({ room, id }: Message): Promise<void> {
  for (;;) {
    try {
      return await chat.commands.deleteMessage(room, id)
    } catch (thrown) {
      const code = faultCode(thrown)
      if (!PASSING.has(code)) throw thrown
      const ms = (thrown instanceof Refusal && thrown.retryMs) || RETRY_MS
      await new Promise((resolve) => setTimeout(resolve, ms))
    }
  }
}
