/**
 * The files of unsent messages: in memory as long as their message is, and on the device, so that a reload goes on with
 * them; with each the upload that brings it. They lie beside their message (`keptStore`), are only put there while it is
 * there, and go with it.
 */
import type { Attachment, ClientMsgId, UploadId } from '../protocol'
import type { KeptAccounts } from './keptAccounts'
import type { KeptBeside, KeptStore } from './keptStore'
import type { Stored } from './outbox'
import type { Pending } from './room.svelte'

/** The message whose files they are. */
type Kept = Pick<Stored, 'client_msg_id' | 'account' | 'attachments'>
type KeptBlob = KeptBeside & { readonly blob: Blob }
type KeptUpload = KeptBeside & { readonly upload: UploadId }
type KeptPause = KeptBeside & { readonly isPaused: boolean }

const blobKey = (id: ClientMsgId, place: number) => `${id}/${place}`
const uploadKey = (id: ClientMsgId, place: number) => `${id}/${place}/upload`
const pauseKey = (id: ClientMsgId) => `${id}/pause`

export class KeptFiles {
  #store: KeptStore
  #accounts: Pick<KeptAccounts, 'has'>
  /** Gone with the message whose files they are. */
  #held = new WeakMap<readonly Attachment[], readonly Blob[]>()

  constructor(store: KeptStore, accounts: Pick<KeptAccounts, 'has'>) {
    this.#store = store
    this.#accounts = accounts
  }

  /** The bytes of files that are about to be sent. */
  hold(attachments: readonly Attachment[], blobs: readonly Blob[]): void {
    this.#held.set(attachments, blobs)
  }

  /** Puts them on the device; says whether they are there, or need not be. */
  async keep({ client_msg_id, account, attachments = [] }: Kept): Promise<boolean> {
    const blobs = this.#held.get(attachments) ?? []
    const records = blobs.map(
      (blob, place): KeptBlob => ({ client_msg_id: blobKey(client_msg_id, place), of: account, blob }),
    )
    return this.#put(client_msg_id, records)
  }

  /** One of a message's files; null where it is not on this device any more. */
  async blob(
    { client_msg_id, attachments = [] }: Pick<Pending, 'client_msg_id' | 'attachments'>,
    place: number,
  ): Promise<Blob | null> {
    const held = this.#held.get(attachments)?.[place]
    if (held) return held
    const kept = await this.#get<KeptBlob>(blobKey(client_msg_id, place))
    return kept?.blob ?? null
  }

  /** What brings it, in this tab or another, in this life of the page or an earlier one; null before it has begun. */
  async upload(id: ClientMsgId, place: number): Promise<UploadId | null> {
    return (await this.#get<KeptUpload>(uploadKey(id, place)))?.upload ?? null
  }

  /** It has begun. Where that cannot be kept, a reload begins anew. */
  async begun({ client_msg_id, account }: Kept, place: number, upload: UploadId): Promise<void> {
    const record: KeptUpload = { client_msg_id: uploadKey(client_msg_id, place), of: account, upload }
    await this.#put(client_msg_id, [record])
  }

  /** Whether it is to wait until it is told to go on. */
  async isPaused(id: ClientMsgId): Promise<boolean> {
    return (await this.#get<KeptPause>(pauseKey(id)))?.isPaused ?? false
  }

  async pause({ client_msg_id, account }: Kept, isPaused: boolean): Promise<void> {
    const record: KeptPause = { client_msg_id: pauseKey(client_msg_id), of: account, isPaused }
    await this.#put(client_msg_id, [record])
  }

  async #put(id: ClientMsgId, records: readonly KeptBeside[]): Promise<boolean> {
    try {
      await this.#store.putting((outbox) => {
        const message = outbox.getKey(id)
        message.onsuccess = () => {
          if (message.result === undefined) return
          for (const record of records) if (this.#accounts.has(record.of)) outbox.put(record)
        }
      })
      return true
    } catch {
      return false
    }
  }

  async #get<T extends KeptBeside>(key: string): Promise<T | undefined> {
    try {
      return await this.#store.read('outbox', (outbox) => outbox.get(key) as IDBRequest<T | undefined>)
    } catch {
      return undefined
    }
  }
}
