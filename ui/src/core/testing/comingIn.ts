/** Comes in by a form in tests, where nothing of an attempt is kept and nobody waits. */
import { Attempts } from '../attempts'
import type { Chat } from '../chat.svelte'
import { ComingIn, type ComingInApi } from '../comingIn.svelte'

export function comingIn(chat: Chat, api: ComingInApi): ComingIn {
  return new ComingIn(chat.entry, api, new Attempts({ storage: null, now: Date.now, wait: async () => {} }))
}
