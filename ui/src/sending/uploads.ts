/** What brings the files of unsent messages, wired to this browser: one in a page, from its first sight on. */
import { chat } from '../chat'
import { accountOf } from '../core/account'
import { KeptFiles } from '../core/keptFiles'
import type { Beside } from '../core/outbox'
import type { RoomState } from '../core/room.svelte'
import { Uploads, type UploadsWorld } from '../core/uploads.svelte'
import { t } from '../i18n/screens'
import { toasts } from '../parts/toasts.svelte'
import type { Attachment, ClientMsgId } from '../protocol'
import { alsoHolds, mindTrays } from './beforeUnload'

const { kept } = chat.entry

/** The bytes of what is not sent yet. */
export const files = new KeptFiles(kept.store, kept.accounts)

const world: UploadsWorld = {
  bring(file, as, upload, hear) {
    let end: (() => void) | null = () => {}
    void import('./bring').then(
      ({ bring }) => {
        if (end) end = bring(file, as, upload, hear)
      },
      () => hear.failed({ code: 'unreachable' }),
    )
    return () => {
      end?.()
      end = null
    }
  },
  remove(upload) {
    // Where this is not heard, it goes by itself when its day is over.
    const asked = { method: 'DELETE', headers: { 'tus-resumable': '1.0.0' }, keepalive: true }
    fetch(`/api/uploads/${upload}`, asked).catch(() => {})
  },
  async alone(name, signal, work) {
    if (navigator.locks) await navigator.locks.request(name, { signal }, work)
    else await work()
  },
  now: Date.now,
}

export const uploads = new Uploads(kept.outbox, files, world)
kept.outbox.uploadBy(uploads)

/** Messages whose files are only in this page: on their way onto the device, which for a film takes a while, or not to be kept. */
const onlyHere = new Set<ClientMsgId>()

alsoHolds(({ pending }) => pending.some(({ client_msg_id }) => onlyHere.has(client_msg_id)))

/** Sends a message with files; nothing where this person is not in that room any more. */
export async function sendFiles(
  room: RoomState,
  body: string,
  facts: readonly Attachment[],
  blobs: readonly Blob[],
  replyTo: Pick<Beside, 'reply_to'>,
): Promise<void> {
  if (!chat.me || chat.rooms.get(room.id) !== room) return
  files.hold(facts, blobs)
  const id = chat.send(room.id, body, { attachments: facts, ...replyTo })
  onlyHere.add(id)
  mindTrays()
  const isKept = await files.keep({ client_msg_id: id, account: accountOf(chat.me), attachments: facts })
  if (!isKept) return toasts.show(t('sending.notKept'), 'fault')
  onlyHere.delete(id)
  mindTrays()
}
