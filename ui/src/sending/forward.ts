/** Passes messages on to other rooms, in order. Without the box it is done when that is there. */
import { chat } from '../chat'
import { faultCode, Refusal } from '../core/api'
import { nextClientMsgId } from '../core/ids'
import type { RoomState } from '../core/room.svelte'
import { errorText, t } from '../i18n/screens'
import { isSaved, roomTitle } from '../names'
import { toasts } from '../parts/toasts.svelte'
import type { Message, RoomId, UserId } from '../protocol'
import { roomPath } from '../router.svelte'
import { queue } from './queue'

/** Rooms that something is passed on to at once: more is no forwarding any more but a circular. */
export const FORWARD_ROOMS_MAX = 10

/** The room that one has for oneself, once it is there. */
export const savedRoom = (): RoomState | undefined => [...chat.rooms.all.values()].find(isSaved)

/**
 * `rooms`: a person stands for the room with them, null for the one for oneself; both are made where they are not there yet.
 * Says what came of it; false where it came to nothing.
 */
export async function forward(
  messages: readonly Message[],
  rooms: readonly (RoomState | UserId | null)[],
): Promise<boolean> {
  let ids: readonly RoomId[]
  try {
    ids = await Promise.all(rooms.map(idOf))
  } catch (thrown) {
    toasts.show(errorText(faultCode(thrown)), 'fault')
    return false
  }
  for (const room of ids) {
    for (const { room: from, id: message } of messages) {
      queue.do({ type: 'forward', from, message, room, client_msg_id: nextClientMsgId() })
    }
  }
  say(ids, messages.length)
  return true
}

/** Keeps messages for oneself. */
export const keep = (messages: readonly Message[]) => forward(messages, [null])

function idOf(room: RoomState | UserId | null): RoomId | Promise<RoomId> {
  if (room === null) return savedId()
  return typeof room === 'number' ? chat.commands.openDirect(room) : room.id
}

async function savedId(): Promise<RoomId> {
  const { me } = chat
  if (!me) throw new Refusal('not_signed_in')
  return savedRoom()?.id ?? chat.commands.openDirect(me.id)
}

function say([only, ...others]: readonly RoomId[], n: number) {
  if (only === undefined) return
  const link = others.length > 0 ? undefined : { text: t('forward.go'), href: roomPath(only) }
  const room = chat.rooms.get(only)
  if (chat.link.is !== 'open') toasts.show(t('forward.later'), 'done', link)
  else if (!link) toasts.show(t('forward.doneMany', { n: others.length + 1 }))
  else if (!room || isSaved(room)) toasts.show(t('keep.done', { n }), 'done', link)
  else toasts.show(t('forward.done', { room: roomTitle(room) }), 'done', link)
}
