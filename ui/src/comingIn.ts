/** Coming in by a form, wired to this browser. */
import { chat, storage } from './chat'
import { join, keepsCookies, login, register } from './core/apiBox'
import { Attempts } from './core/attempts'
import { ComingIn } from './core/comingIn.svelte'

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

export const comingIn = new ComingIn(
  chat.entry,
  { join, keepsCookies, login, register },
  new Attempts({ storage, now: Date.now, wait }),
)
