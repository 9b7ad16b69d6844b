/**
 * What stands unsent in the composers, kept on this device by account and room. Each room has an entry of its own: what is
 * typed in one tab does not touch what another has of other rooms, and of one room the text typed last is kept.
 */
import type { RoomId } from '../protocol'
import type { Account } from './account'
import type { KeptAccounts, KeptStorage } from './keptAccounts'

/** Between two writes to the device while someone types. */
const WRITE_WAIT_MS = 400

export class Drafts {
  #storage: KeptStorage | null
  #accounts: Pick<KeptAccounts, 'has'>
  #account: Account = ''
  /** What has been typed and not written yet. */
  #unwritten = new Map<RoomId, string>()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(storage: KeptStorage | null, accounts: Pick<KeptAccounts, 'has'>) {
    this.#storage = storage
    this.#accounts = accounts
  }

  /** Whose drafts these are from now on. */
  enter(account: Account): void {
    this.flush()
    this.#account = account
  }

  get(room: RoomId): string {
    try {
      return this.#unwritten.get(room) ?? this.#storage?.getItem(this.#key(room)) ?? ''
    } catch {
      return ''
    }
  }

  /** An empty text is no draft. */
  set(room: RoomId, text: string): void {
    this.#unwritten.set(room, text)
    this.#timer ??= setTimeout(() => this.flush(), WRITE_WAIT_MS)
  }

  /** Writes what has not been written yet. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const mayKeep = this.#accounts.has(this.#account)
    for (const [room, text] of this.#unwritten) {
      try {
        if (text === '') this.#storage?.removeItem(this.#key(room))
        else if (mayKeep) this.#storage?.setItem(this.#key(room), text)
      } catch {
        // A full or forbidden storage: the draft lives as long as the page.
      }
    }
    this.#unwritten.clear()
  }

  /** The room whose draft another tab has written, where it is one of these and is not being typed here. */
  followed(key: string): RoomId | null {
    const prefix = this.#key('')
    const room = key.startsWith(prefix) ? Number(key.slice(prefix.length)) : 0
    return room > 0 && !this.#unwritten.has(room) ? room : null
  }

  #key(room: RoomId | ''): string {
    return `porch.draft.${this.#account}.${room}`
  }
}
