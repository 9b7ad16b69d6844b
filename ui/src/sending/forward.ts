/** Passes messages on to other rooms, in order. Without the box it is done when that is there. */
import { chat } from '../chat'
import { nextClientMsgId } from '../core/ids'
import type { RoomState } from '../core/room.svelte'
import { t } from '../i18n/screens'
import { roomTitle } from '../names'
import { toasts } from '../parts/toasts.svelte'
import type { Message } from '../protocol'
import { roomPath } from '../router.svelte'
import { queue } from './queue'

/** Rooms that something is passed on to at once: more is no forwarding any more but a circular. */
export const FORWARD_ROOMS_MAX = 10

export function forward(messages: readonly Message[], rooms: readonly RoomState[]): void {
  for (const { id: room } of rooms) {
    for (const { room: from, id: message } of messages) {
      queue.do({ type: 'forward', from, message, room, client_msg_id: nextClientMsgId() })
    }
  }
  say(rooms)
}

function say(rooms: readonly RoomState[]) {
  const [only, more] = rooms
  if (!only) return
  const link = more ? undefined : { text: t('forward.go'), href: roomPath(only.id) }
  if (chat.link.is !== 'open') toasts.show(t('forward.later'), 'done', link)
  else if (more) toasts.show(t('forward.doneMany', { n: rooms.length }))
  else toasts.show(t('forward.done', { room: roomTitle(only) }), 'done', link)
}
