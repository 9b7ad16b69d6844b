/** A message whose files are on their way is not sent after all: its words and files go back to where they were written. */
import { chat } from '../chat'
import type { Pending } from '../core/room.svelte'
import { t } from '../i18n/screens'
import { toasts } from '../parts/toasts.svelte'
import { trayOf } from './tray.svelte'
import { files } from './uploads'

export async function takeBack(pending: Pending): Promise<void> {
  const { client_msg_id: id, body, attachments = [], reply_to } = pending
  // Before it is given up: what the device has of them goes with it.
  const blobs = await Promise.all(attachments.map((_, place) => files.blob(pending, place)))
  const room = chat.rooms.get(pending.room)
  // It may have arrived meanwhile.
  if (!room?.pending.some((other) => other.client_msg_id === id)) return
  const over = trayOf(room).putBack(attachments, blobs)
  chat.setDraft(room.id, [body, room.draft].filter(Boolean).join('\n'))
  const quoted = reply_to === undefined ? null : room.timeline.find(reply_to)
  if (quoted && !quoted.deleted) room.replying ??= quoted
  chat.discard(id)
  if (over > 0) toasts.show(t('sending.many', { n: over }), 'fault')
  else toasts.show(t('sending.back'))
}
