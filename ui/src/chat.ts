/** The page's chat: the one instance, wired to this browser. */
import * as api from './core/api'
import { Chat } from './core/chat.svelte'
import { kept } from './kept'
import { Pace } from './pace'
import { takeTab } from './tab'

/** What tells this tab from others. */
export const tab = takeTab()

/** The longest wait where no picture is drawn: the page is hidden, or the browser has too much to do. */
const FRAME_MS_MAX = 200

const storage = ownStorage()

const pace = new Pace({
  now: () => performance.now(),
  frame: nextFrame,
  drawn: (call) => setTimeout(call),
})

export const chat = new Chat({
  api,
  world: {
    open: () => new WebSocket(`wss://${location.host}/ws`),
    now: Date.now,
    chance: Math.random,
    tab,
    frame: (call) => pace.next(call),
  },
  kept: kept(storage),
  storage,
})

function nextFrame(call: () => void, ms: number): void {
  // Frames and timers are numbered apart: what is to be ended must be known as one or the other.
  let frame = 0
  const ask = () => void (frame = requestAnimationFrame(once))
  const rest = ms > 0 ? setTimeout(ask, ms) : void ask()
  const timer = setTimeout(once, FRAME_MS_MAX)
  function once() {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
    clearTimeout(rest)
    call()
  }
}

/** Browsers that block storage throw at the mere mention of it. */
function ownStorage(): Storage | null {
  try {
    return localStorage
  } catch {
    return null
  }
}
