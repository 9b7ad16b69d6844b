/** What is done with messages, wired to this browser: one in a page, from its first sight on. */
import { chat } from '../chat'
import { accountOf } from '../core/account'
import { CommandQueue } from '../core/commandQueue'
import type { RoomState } from '../core/room.svelte'
import { errorText } from '../i18n/screens'
import { toasts } from '../parts/toasts.svelte'
import type { Message, Seq } from '../protocol'
import { Editing } from './editing.svelte'

const { kept } = chat.entry

export const queue = new CommandQueue(kept.store, kept.accounts, {
  ask: (command) => chat.commands.ask(command),
  alone: (work) => (navigator.locks ? navigator.locks.request('porch.commands', work) : work()),
  account: () => chat.me && accountOf(chat.me),
  changed(id, queued) {
    const room = chat.rooms.get(id)
    if (room) room.queued = queued
  },
  refused(command, code) {
    // What was heard is gone, or this person is: nobody misses the mark.
    if (command.type === 'mark_heard') return
    toasts.show(errorText(code), 'fault')
    if (command.type !== 'edit') return
    // What was written is not lost, unless something else is being changed by now.
    const room = chat.rooms.get(command.room)
    const message = room?.timeline.find(command.message)
    if (room && !room.editing && message && !message.deleted) edit(room, message, command.body)
  },
  now: Date.now,
})

/** Has the composer hold a message's text, or another that is to take its place. */
export function edit(room: RoomState, message: Message, text = message.body): void {
  const { id } = message
  room.replying = null
  room.editing = new Editing(room, message, text, (body) =>
    queue.do({ type: 'edit', room: room.id, message: id, body }),
  )
}

/** Puts this person's emoji to a message, or takes it back. */
export function react(room: RoomState, message: Seq, emoji: string, on: boolean): void {
  queue.do({ type: 'react', room: room.id, message, emoji, on })
}

/** What is written next is a reply to this message. */
export function reply(room: RoomState, message: Message): void {
  room.editing?.stop()
  room.replying = message
}

/** Pins a message for everybody there, or takes it down. */
export function pin(room: RoomState, message: Seq, on: boolean): void {
  queue.do({ type: 'pin', room: room.id, message, on })
}
