/** What is done with messages, wired to this browser: one in a page, from its first sight on. */
import { chat } from '../chat'
import { accountOf } from '../core/account'
import { Acts } from '../core/acts'
import type { RoomState } from '../core/room.svelte'
import { errorText } from '../i18n/screens'
import { toasts } from '../parts/toasts.svelte'
import type { Message } from '../protocol'
import { Editing } from './editing.svelte'

const { kept } = chat.entry

export const acts = new Acts(kept.store, kept.accounts, {
  ask: (act) => chat.commands.ask(act),
  alone: (work) => (navigator.locks ? navigator.locks.request('porch.acts', work) : work()),
  account: () => chat.me && accountOf(chat.me),
  changed(id, acts) {
    const room = chat.rooms.get(id)
    if (room) room.acts = acts
  },
  refused(act, code) {
    toasts.show(errorText(code), 'fault')
    // What was written is not lost.
    const room = chat.rooms.get(act.room)
    const message = room?.timeline.find(act.message)
    if (room && !room.editing && message && !message.deleted) edit(room, message, act.body)
  },
  now: Date.now,
})

/** Has the composer hold a message's text, or another that is to take its place. */
export function edit(room: RoomState, message: Message, text = message.body): void {
  const { id } = message
  room.editing = new Editing(room, message, text, (body) =>
    acts.do({ type: 'edit', room: room.id, message: id, body }),
  )
}
