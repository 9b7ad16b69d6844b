/** The page's chat: the one instance, wired to this browser. */
import * as api from './core/api'
import { Chat } from './core/chat.svelte'
import { indexedOutbox } from './core/outboxStore'

export const chat = new Chat({
  api,
  world: {
    open: () => new WebSocket(`wss://${location.host}/ws`),
    now: Date.now,
    chance: Math.random,
  },
  outbox: indexedOutbox(),
  storage: ownStorage(),
})

/** Browsers that block storage throw at the mere mention of it. */
function ownStorage(): Storage | null {
  try {
    return localStorage
  } catch {
    return null
  }
}
