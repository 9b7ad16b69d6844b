/** The page's chat: the one instance, wired to this browser. */
import * as api from './core/api'
import { Chat } from './core/chat.svelte'
import { kept } from './kept'
import { takeTab } from './tab'

/** What tells this tab from others. */
export const tab = takeTab()

const storage = ownStorage()

export const chat = new Chat({
  api,
  world: {
    open: () => new WebSocket(`wss://${location.host}/ws`),
    now: Date.now,
    chance: Math.random,
    tab,
    frame: nextFrame,
  },
  kept: kept(storage),
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
