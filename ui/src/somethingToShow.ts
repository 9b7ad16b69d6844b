import type { Chat } from './core/chat.svelte'

/** From here on it is said that the chats are awaited. */
const WAITED_MS_MAX = 400

/**
 * Starts; resolves when there is something to show: the chats, or what stands in the way of them, be it a fault. Drawing
 * first that they are awaited, and then empty panes, took a slow phone longer than all that they wait for.
 */
export function somethingToShow({ entry, rooms }: Chat): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, WAITED_MS_MAX)
    void rooms.whenKnown().then(resolve)
    // Nobody waits for a fault in it, so that it is told of as one.
    void entry.start().finally(() => entry.phase !== 'inside' && resolve())
  })
}
