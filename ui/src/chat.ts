/** The page's chat: the one instance, wired to this browser. */
import * as api from './core/api'
import { Chat } from './core/chat.svelte'
import type { OutboxStore } from './core/outbox'
import { takeTab } from './tab'

/** What tells this tab from others. */
export const tab = takeTab()

export const chat = new Chat({
  api,
  world: {
    open: () => new WebSocket(`wss://${location.host}/ws`),
    now: Date.now,
    chance: Math.random,
    tab,
    frame: nextFrame,
  },
  outbox: laterOutbox(),
  storage: ownStorage(),
})

/** The longest wait where no picture is drawn: the page is hidden, or the browser has too much to do. */
const FRAME_MS_MAX = 200

function nextFrame(call: () => void): void {
  const once = () => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
    call()
  }
  const frame = requestAnimationFrame(once)
  const timer = setTimeout(once, FRAME_MS_MAX)
}

/** Browsers that block storage throw at the mere mention of it. */
function ownStorage(): Storage | null {
  try {
    return localStorage
  } catch {
    return null
  }
}

/** IndexedDB is asked for only after the page is there. */
function laterOutbox(): OutboxStore {
  let loading: Promise<OutboxStore> | null = null
  const store = () => (loading ??= import('./core/outboxStore').then((module) => module.indexedOutbox()))
  return {
    all: async (author) => (await store()).all(author),
    put: async (item) => (await store()).put(item),
    remove: async (id) => (await store()).remove(id),
    erase: async (author) => (await store()).erase(author),
  }
}
