/** The page's chat: the one instance, wired to this browser. */
import { box, boxNow, history, joinedRooms, logout, me, people, room } from './core/api'
import { Chat } from './core/chat.svelte'
import { nextFrame } from './frame'
import { kept } from './kept'
import { Pace } from './pace'
import { takeTab } from './tab'

/** What tells this tab from others. */
export const tab = takeTab()

/** Where small things stay on this device. */
export const storage = ownStorage()

const pace = new Pace({
  now: () => performance.now(),
  frame: nextFrame,
  drawn: (call) => setTimeout(call),
})

addEventListener('keydown', () => pace.pressed(), { capture: true })

// Each by its name: a whole module as a value is a list of all that it exports.
const api = {
  box,
  boxNow,
  history,
  joinedRooms,
  logout,
  me,
  people,
  room,
}

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

/** Browsers that block storage throw at the mere mention of it. */
function ownStorage(): Storage | null {
  try {
    return localStorage
  } catch {
    return null
  }
}
