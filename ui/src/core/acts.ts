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
import type { PendingAct } from './pendingActs'

/** What can be done so. */
export type Act = Extract<Command, { type: 'edit' }>

type KeptAct = KeptBeside & PendingAct

export type ActsWorld = {
  /** Asks the box; rejects with a `Refusal`. */
  ask(act: Act): Promise<unknown>
  /** Does this work one at a time among all tabs of the browser. */
  alone(work: () => Promise<void>): Promise<void>
  /** Whose page this is. */
  account(): Account | null
  /** What waits in a room is this now, in the order in which it was done. */
  changed(room: RoomId, acts: readonly PendingAct[]): void
  /** The box will not do it. */
  refused(act: Act, code: FaultCode): void
  now(): number
}

/** All keys of acts begin so, and no message's id does. */
const PREFIX = 'act/'

/** Refusals that pass by themselves. */
const PASSING: ReadonlySet<FaultCode> = new Set(['busy', 'disk_full', 'slow_down', 'storage_failed'])
/** When the box does not say when to try again. */
const RETRY_MS = 2_000

export class Acts {
  #store: KeptStore
  #accounts: Pick<KeptAccounts, 'has'>
  #world: ActsWorld
  #waiting: KeptAct[] = []
  /** Those that are on the device: another tab may do them first. */
  #onDevice = new WeakSet<KeptAct>()
  /** One of them is on its way, or rests until it is tried again. */
  #isBusy = false

  constructor(store: KeptStore, accounts: Pick<KeptAccounts, 'has'>, world: ActsWorld) {
    this.#store = store
    this.#accounts = accounts
    this.#world = world
  }

  /** Does it, and in place of what was to be done in the same way with the same message and is not on its way yet. */
  do(act: Act): void {
    const of = this.#world.account()
    if (of === null) return
    const first = this.#isBusy ? this.#waiting[0] : undefined
    const old = this.#waiting.find((one) => one !== first && isAlike(one.act, act))
    if (old) this.#forget(old)
    const kept: KeptAct = { client_msg_id: PREFIX + nextClientMsgId(), of, act, at: this.#world.now() }
    this.#waiting.push(kept)
    // Where that fails it is lost with the page only.
    void this.#keep(kept)
    this.#tell(act.room)
    void this.#next()
  }

  /** The box listens: takes up what another life of the page has left. */
  async go(): Promise<void> {
    const of = this.#world.account()
    const gone = this.#waiting.filter((one) => one.of !== of)
    this.#waiting = this.#waiting.filter((one) => one.of === of)
    for (const { act } of gone) this.#tell(act.room)
    for (const kept of await this.#kept()) {
      const isKnown = this.#waiting.some((one) => one.client_msg_id === kept.client_msg_id)
      if (kept.of !== this.#world.account() || isKnown) continue
      this.#onDevice.add(kept)
      this.#waiting.push(kept)
      this.#waiting.sort((one, other) => (one.client_msg_id < other.client_msg_id ? -1 : 1))
      this.#tell(kept.act.room)
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
  async #isDone({ act, of }: KeptAct): Promise<boolean> {
    for (;;) {
      if (this.#world.account() !== of) return false
      try {
        await this.#world.ask(act)
        return true
      } catch (thrown) {
        const code = faultCode(thrown)
        if (code === 'unreachable' || code === 'not_signed_in') return false
        if (!PASSING.has(code)) {
          this.#world.refused(act, code)
          return true
        }
        const ms = (thrown instanceof Refusal && thrown.retryMs) || RETRY_MS
        await new Promise((resolve) => setTimeout(resolve, ms))
      }
    }
  }

  #forget(kept: KeptAct): void {
    this.#waiting = this.#waiting.filter((one) => one !== kept)
    this.#store.putting((outbox) => outbox.delete(kept.client_msg_id)).catch(() => {})
    this.#tell(kept.act.room)
  }

  #tell(room: RoomId): void {
    this.#world.changed(
      room,
      this.#waiting.filter(({ act }) => act.room === room),
    )
  }

  async #keep(kept: KeptAct): Promise<void> {
    let isPut = false
    const put = (outbox: IDBObjectStore) => {
      // It may have been done by now.
      isPut = this.#accounts.has(kept.of) && this.#waiting.includes(kept)
      if (isPut) outbox.put(kept)
    }
    await this.#store.putting(put).catch(() => (isPut = false))
    if (isPut) this.#onDevice.add(kept)
  }

  #isThere({ client_msg_id: key }: KeptAct): Promise<boolean> {
    const count = this.#store.read('outbox', (outbox) => outbox.count(key))
    return count.then(Boolean, () => true)
  }

  #kept(): Promise<readonly KeptAct[]> {
    return this.#store
      .read(
        'outbox',
        (outbox) => outbox.getAll(IDBKeyRange.bound(PREFIX, 'act0', false, true)) as IDBRequest<KeptAct[]>,
      )
      .catch(() => [])
  }
}

/** Of two like these only the later one counts. */
const isAlike = (one: Act, other: Act) =>
  one.type === other.type && one.room === other.room && one.message === other.message
