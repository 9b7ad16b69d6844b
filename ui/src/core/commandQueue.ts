/**
 * What this person does with messages that are there. It is shown at once, kept on the device, and asked of the box until that
 * has answered, one after the other in the order in which it was done. Each may be asked for twice, and is done once: an
 * answer that was lost costs nothing. One tab of a browser asks at a time, so that none asks for what is long done, and has
 * been done otherwise since.
 */
import type { Command, RoomId } from '../protocol'
import type { Account } from './account'
import { type FaultCode, faultCode, Refusal } from './api'
import { nextClientMsgId } from './ids'
import type { KeptAccounts } from './keptAccounts'
import type { KeptBeside, KeptStore } from './keptStore'
import type { QueuedCommand } from './queuedCommands'

/** What can be done so. */
export type Queueable = Extract<Command, { type: 'edit' | 'forward' | 'mark_heard' | 'pin' | 'react' }>

type KeptCommand = KeptBeside & QueuedCommand

export type QueueWorld = {
  /** Asks the box; rejects with a `Refusal`. */
  ask(command: Queueable): Promise<unknown>
  /** Does this work one at a time among all tabs of the browser. */
  alone(work: () => Promise<void>): Promise<void>
  /** Whose page this is. */
  account(): Account | null
  /** What waits in a room is this now, in the order in which it was done. */
  changed(room: RoomId, queued: readonly QueuedCommand[]): void
  /** The box will not do it. */
  refused(command: Queueable, code: FaultCode): void
  now(): number
}

/** All keys of these begin so, and no message's id does. */
const PREFIX = 'command/'

/** Commands that wait: more than anybody gives in a day without the box. Of one more it is said that it cannot be done. */
export const QUEUED_MAX = 1_000
/** Refusals that pass by themselves. */
const PASSING: ReadonlySet<FaultCode> = new Set(['busy', 'disk_full', 'slow_down', 'storage_failed'])
/** When the box does not say when to try again. */
const RETRY_MS = 2_000

export class CommandQueue {
  #store: KeptStore
  #accounts: Pick<KeptAccounts, 'has'>
  #world: QueueWorld
  #waiting: KeptCommand[] = []
  /** Those that are on the device: another tab may do them first. */
  #onDevice = new WeakSet<KeptCommand>()
  /** One of them is on its way, or rests until it is tried again. */
  #isBusy = false

  constructor(store: KeptStore, accounts: Pick<KeptAccounts, 'has'>, world: QueueWorld) {
    this.#store = store
    this.#accounts = accounts
    this.#world = world
  }

  /** Does it, and in place of what was to be done in the same way with the same message and is not on its way yet. */
  do(command: Queueable): void {
    const of = this.#world.account()
    if (of === null) return
    const first = this.#isBusy ? this.#waiting[0] : undefined
    const old = this.#waiting.find((one) => one !== first && isAlike(one.command, command))
    if (old) this.#forget(old)
    if (this.#waiting.length >= QUEUED_MAX) {
      this.#world.refused(command, 'busy')
      return
    }
    const kept: KeptCommand = {
      client_msg_id: PREFIX + nextClientMsgId(),
      of,
      command,
      at: this.#world.now(),
    }
    this.#waiting.push(kept)
    // Where that fails it is lost with the page only.
    void this.#keep(kept)
    this.#tell(command.room)
    void this.#next()
  }

  /** The link has changed: takes up what another life of the page has left, and goes on as far as the box listens. */
  async go(): Promise<void> {
    const of = this.#world.account()
    const gone = this.#waiting.filter((one) => one.of !== of)
    this.#waiting = this.#waiting.filter((one) => one.of === of)
    for (const { command } of gone) this.#tell(command.room)
    for (const kept of await this.#kept()) {
      const isKnown = this.#waiting.some((one) => one.client_msg_id === kept.client_msg_id)
      if (kept.of !== this.#world.account() || isKnown) continue
      this.#onDevice.add(kept)
      this.#waiting.push(kept)
      this.#waiting.sort((one, other) => (one.client_msg_id < other.client_msg_id ? -1 : 1))
      this.#tell(kept.command.room)
    }
    await this.#next()
  }

  async #next(): Promise<void> {
    if (this.#isBusy || this.#waiting.length === 0) return
    this.#isBusy = true
    try {
      await this.#world.alone(async () => {
        for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
          const isLeft = !this.#onDevice.has(first) || (await this.#isThere(first))
          if (isLeft && !(await this.#isDone(first))) return
          this.#forget(first)
        }
      })
    } finally {
      this.#isBusy = false
    }
  }

  /** Whether nothing is to be done about it any more; false where the box cannot be asked now. */
  async #isDone({ command, of }: KeptCommand): Promise<boolean> {
    for (;;) {
      if (this.#world.account() !== of) return false
      try {
        await this.#world.ask(command)
        return true
      } catch (thrown) {
        const code = faultCode(thrown)
        if (code === 'unreachable' || code === 'not_signed_in') return false
        if (!PASSING.has(code)) {
          this.#world.refused(command, code)
          return true
        }
        const ms = (thrown instanceof Refusal && thrown.retryMs) || RETRY_MS
        await new Promise((resolve) => setTimeout(resolve, ms))
      }
    }
  }

  #forget(kept: KeptCommand): void {
    this.#waiting = this.#waiting.filter((one) => one !== kept)
    this.#store.putting((outbox) => outbox.delete(kept.client_msg_id)).catch(() => {})
    this.#tell(kept.command.room)
  }

  #tell(room: RoomId): void {
    this.#world.changed(
      room,
      this.#waiting.filter(({ command }) => command.room === room),
    )
  }

  async #keep(kept: KeptCommand): Promise<void> {
    let isPut = false
    const put = (outbox: IDBObjectStore) => {
      // It may have been done by now.
      isPut = this.#accounts.has(kept.of) && this.#waiting.includes(kept)
      if (isPut) outbox.put(kept)
    }
    await this.#store.putting(put).catch(() => (isPut = false))
    if (isPut) this.#onDevice.add(kept)
  }

  #isThere({ client_msg_id: key }: KeptCommand): Promise<boolean> {
    const count = this.#store.read('outbox', (outbox) => outbox.count(key))
    return count.then(Boolean, () => true)
  }

  #kept(): Promise<readonly KeptCommand[]> {
    return this.#store
      .read(
        'outbox',
        (outbox) =>
          outbox.getAll(IDBKeyRange.bound(PREFIX, 'command0', false, true)) as IDBRequest<KeptCommand[]>,
      )
      .catch(() => [])
  }
}

/** Of two like these only the later one counts. What is forwarded twice is there twice. */
const isAlike = (one: Queueable, other: Queueable) =>
  one.type !== 'forward' &&
  one.type === other.type &&
  one.room === other.room &&
  one.message === other.message &&
  (one.type !== 'react' || other.type !== 'react' || one.emoji === other.emoji)
