/** The page's chat: the one instance, wired to this browser. */
import * as api from './core/api'
import { Chat } from './core/chat.svelte'
import type { Kept } from './core/kept'
import { takeTab } from './tab'

/** What tells this tab from others. */
export const tab = takeTab()

const storage = ownStorage()
let keptLoading: Promise<Kept> | null = null

export const chat = new Chat({
  api,
  world: {
    open: () => new WebSocket(`wss://${location.host}/ws`),
    now: Date.now,
    chance: Math.random,
    tab,
    frame: nextFrame,
  },
  kept: () => (keptLoading ??= loadKept()),
  storage,
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

/** Beside the first look: of use only to one who is in. */
async function loadKept(): Promise<Kept> {
  try {
    return (await import('./kept')).kept(storage)
  } catch (failed) {
    keptLoading = null
    throw failed
  }
}
