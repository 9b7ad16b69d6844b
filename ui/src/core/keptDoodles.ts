/**
 * Doodles that were begun and not sent, kept on this device by account and room: a reload goes on with them. What was drawn lies
 * there in pages, so that with each line little is written, however much there is. They go with their account, their room, and
 * when they are sent.
 */
import type { RoomId } from '../protocol'
import type { Account } from './account'
import type { KeptAccounts } from './keptAccounts'
import { type KeptStore, ofDoodle } from './keptStore'

/** What is kept of a doodle. `facts`: all of it that is small. It holds what the device can keep as it is. */
export type KeptDoodle<F, S> = {
  readonly facts: F
  readonly steps: readonly S[]
  readonly pictures: readonly Blob[]
}

type Key = [of: Account, room: RoomId, part: 'steps' | 'head' | 'pictures', page: number]
type Head<F> = {
  readonly key: Key
  readonly layout: number
  /** Together the index by which the oldest are found; only heads have it. */
  readonly of: Account
  readonly at: number
  /** Which life of which tab wrote it. */
  readonly writer: number
  readonly facts: F
}
type Page<S> = { readonly key: Key; readonly steps: readonly S[] }
type PictureRecord = { readonly key: Key; readonly blob: Blob }

/** Changes with what is kept; what is there in another layout is dropped. */
const LAYOUT = 1
/** Steps that are written together: some 200 kB of usual lines. */
export const PAGE_STEPS = 64
/** Rooms in which one has a doodle that is not finished; of more, those go that were not touched for the longest time. */
export const DOODLES_MAX = 10

export class KeptDoodles {
  #store: KeptStore
  #accounts: Pick<KeptAccounts, 'has'>
  #now: () => number
  #writer = Math.random()
  /** What was written last, as far as it was. */
  #written: { of: Account; room: RoomId; steps: readonly unknown[]; pictures: number } | null = null
  #turn: Promise<unknown> = Promise.resolve()

  constructor(store: KeptStore, accounts: Pick<KeptAccounts, 'has'>, now: () => number) {
    this.#store = store
    this.#accounts = accounts
    this.#now = now
  }

  /** What is there; null where there is nothing, or nothing that this page understands. */
  async read<F, S>(of: Account, room: RoomId): Promise<KeptDoodle<F, S> | null> {
    await this.#turn
    const records = await this.#store
      .read('doodles', (doodles) => doodles.getAll(ofDoodle(of, room)))
      .catch(() => [])
    const part = <T extends { key: Key }>(name: Key[2]) =>
      (records as T[]).filter(({ key }) => key[2] === name)
    const [head] = part<Head<F>>('head')
    if (!head || head.layout !== LAYOUT || !this.#accounts.has(of)) return null
    return {
      facts: head.facts,
      steps: part<Page<S>>('steps').flatMap(({ steps }) => steps),
      pictures: part<PictureRecord>('pictures').map(({ blob }) => blob),
    }
  }

  /** Whether anything is there. */
  async isKept(of: Account, room: RoomId): Promise<boolean> {
    await this.#turn
    const key = [of, room, 'head', 0] satisfies Key
    return this.#store
      .read('doodles', (doodles) => doodles.getKey(key))
      .then(
        (found) => found !== undefined,
        () => false,
      )
  }

  /** Keeps it; says whether it is on the device, or need not be. One after the other, in the order in which they are asked for. */
  keep<F, S>(of: Account, room: RoomId, doodle: KeptDoodle<F, S>): Promise<boolean> {
    return this.#inTurn(() => this.#write(of, room, doodle))
  }

  /** It was sent, or is not wanted. */
  erase(of: Account, room: RoomId): Promise<boolean> {
    return this.#inTurn(async () => {
      this.#written = null
      await this.#store.eraseDoodle(of, room)
    })
  }

  async #write<F, S>(of: Account, room: RoomId, { facts, steps, pictures }: KeptDoodle<F, S>): Promise<void> {
    const last = this.#written
    const isSame = last?.of === of && last.room === room
    this.#written = null
    await this.#store.putting((doodles) => {
      const asked = doodles.get([of, room, 'head', 0] satisfies Key)
      asked.onsuccess = () => {
        if (!this.#accounts.has(of)) return
        // What another tab has drawn since is not mixed with this.
        const isOurs = isSame && (asked.result as Head<F> | undefined)?.writer === this.#writer
        if (!isOurs) doodles.delete(ofDoodle(of, room))
        const from = isOurs ? Math.floor(firstOther(last.steps, steps) / PAGE_STEPS) : 0
        const pages = Math.ceil(steps.length / PAGE_STEPS)
        for (let page = from; page < pages; page++)
          doodles.put({
            key: [of, room, 'steps', page],
            steps: steps.slice(page * PAGE_STEPS, (page + 1) * PAGE_STEPS),
          } satisfies Page<S>)
        doodles.delete(IDBKeyRange.bound([of, room, 'steps', pages], [of, room, 'steps', Infinity]))
        for (let at = isOurs ? last.pictures : 0; at < pictures.length; at++)
          doodles.put({ key: [of, room, 'pictures', at], blob: pictures[at]! } satisfies PictureRecord)
        doodles.put({
          key: [of, room, 'head', 0],
          layout: LAYOUT,
          of,
          at: this.#now(),
          writer: this.#writer,
          facts,
        } satisfies Head<F>)
        dropOldest(doodles, of)
      }
    }, 'doodles')
    this.#written = { of, room, steps, pictures: pictures.length }
  }

  #inTurn(work: () => Promise<void>): Promise<boolean> {
    const done = this.#turn.then(work).then(
      () => true,
      () => false,
    )
    this.#turn = done
    return done
  }
}

/** The first place at which they differ. */
function firstOther(before: readonly unknown[], now: readonly unknown[]): number {
  const at = now.findIndex((step, at) => step !== before[at])
  return at < 0 ? now.length : at
}

function dropOldest(doodles: IDBObjectStore, of: Account): void {
  const heads = doodles.index('touched').getAllKeys(IDBKeyRange.bound([of, 0], [of, Infinity]))
  heads.onsuccess = () => {
    const keys = heads.result as unknown as Key[]
    for (const [, room] of keys.slice(0, -DOODLES_MAX)) doodles.delete(ofDoodle(of, room))
  }
}
