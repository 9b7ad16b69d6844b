/**
 * What stands unsent in the composers, kept on this device by account and room. Each room has an entry of its own: what is
 * typed in one tab does not touch what another has of other rooms, and of one room the text typed last is kept. Beside it is
 * marked whether the box has it as it is: see `DraftSync`.
 */
import type { RoomId } from '../protocol'
import type { Account } from './account'
import type { KeptAccounts, KeptStorage } from './keptAccounts'

/** Between two writes to the device while someone types. */
const WRITE_WAIT_MS = 400

type Unwritten = { readonly text: string; readonly isAtBox: boolean }

export class Drafts {
  #storage: KeptStorage | null
  #accounts: Pick<KeptAccounts, 'has'>
  #account: Account = ''
  /** What has been typed and not written yet. */
  #unwritten = new Map<RoomId, Unwritten>()
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Rooms of which the box lacks what was typed in this tab; of other tabs, and of before, the marks tell. */
  #ahead = new Set<RoomId>()

  constructor(storage: KeptStorage | null, accounts: Pick<KeptAccounts, 'has'>) {
    this.#storage = storage
    this.#accounts = accounts
  }

  /** Whose drafts these are from now on. */
  enter(account: Account): void {
    this.flush()
    this.#account = account
    this.#ahead.clear()
  }

  get(room: RoomId): string {
    return this.#unwritten.get(room)?.text ?? this.#read(this.#key(room)) ?? ''
  }

  /** An empty text is no draft. `isAtBox`: it is what the box has. */
  set(room: RoomId, text: string, isAtBox = false): void {
    this.#unwritten.set(room, { text, isAtBox })
    if (!isAtBox) this.#ahead.add(room)
    this.#timer ??= setTimeout(() => this.flush(), WRITE_WAIT_MS)
  }

  /** Whether something was typed there, in whatever tab, that the box does not have. */
  isAhead(room: RoomId): boolean {
    return this.#ahead.has(room) || this.#read(this.#mark(room)) !== null
  }

  /** The box has what stands there. */
  settle(room: RoomId): void {
    this.#ahead.delete(room)
    const unwritten = this.#unwritten.get(room)
    if (unwritten) this.#unwritten.set(room, { ...unwritten, isAtBox: true })
    try {
      this.#storage?.removeItem(this.#mark(room))
    } catch {
      // It counts more than what the box has, at the next start.
    }
  }

  /** Writes what has not been written yet. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const mayKeep = this.#accounts.has(this.#account)
    for (const [room, { text, isAtBox }] of this.#unwritten) {
      try {
        if (text === '') this.#storage?.removeItem(this.#key(room))
        else if (mayKeep) this.#storage?.setItem(this.#key(room), text)
        if (!isAtBox && mayKeep) this.#storage?.setItem(this.#mark(room), '1')
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

  #read(key: string): string | null {
    try {
      return this.#storage?.getItem(key) ?? null
    } catch {
      return null
    }
  }

  #key(room: RoomId | ''): string {
    return `porch.draft.${this.#account}.${room}`
  }

  #mark(room: RoomId): string {
    return `porch.ahead.${this.#account}.${room}`
  }
}
