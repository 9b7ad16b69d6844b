/** The people of the box: read as a whole, and kept current by what is heard since. */
import type { User, UserId } from '../protocol'
import { hasEnded } from './guests'
import { HeardMap } from './heardMap.svelte'
import type { Api } from './surroundings'

/** After a refusal, until all are asked for again. */
const AGAIN_MS = 5_000

export class Directory {
  readonly people = new HeardMap<UserId, User>()
  /** Whether all of them have been read. */
  known = $state(false)
  /** Those who are part of the box today: guests whose stay has ended only have a name on what they wrote. */
  readonly listed: readonly User[] = $derived.by(() => {
    const now = this.#api.boxNow()
    return [...this.people.values()].filter((user) => !hasEnded(user, now))
  })

  #api: Api
  /** People who changed while all were being read: what was heard is newer than the answer. */
  #changed: Set<UserId> | null = null
  /** Answers on their way. */
  #reading = 0

  constructor(api: Api) {
    this.#api = api
  }

  /** Takes over somebody's name, picture or role, which is newer than any answer on its way. */
  learn(user: User): void {
    this.#changed?.add(user.id)
    this.people.set(user.id, user)
  }

  /** Takes over oneself, as a welcome tells: an answer on its way may know better. */
  meet(user: User): void {
    this.people.set(user.id, user)
  }

  /** That account was deleted. */
  drop(user: UserId): void {
    this.#changed?.add(user)
    this.people.delete(user)
  }

  clear(): void {
    this.people.clear()
    this.known = false
  }

  /** Reads everyone; the answer counts only if it is still `wanted` when it comes. */
  async load(wanted: () => boolean): Promise<void> {
    this.#changed ??= new Set()
    const changed = this.#changed
    this.#reading += 1
    try {
      const people = await this.#api.people()
      if (!wanted()) return
      this.people.change((known) => {
        const gone = new Set(known.keys())
        for (const user of people) {
          gone.delete(user.id)
          if (!changed.has(user.id)) known.set(user.id, user)
        }
        for (const user of gone) if (!changed.has(user)) known.delete(user)
      })
      this.known = true
    } catch {
      // Not known yet, and the connection may last: without names nobody can be told apart.
      if (!this.known && wanted())
        setTimeout(() => wanted() && !this.known && void this.load(wanted), AGAIN_MS)
    } finally {
      this.#reading -= 1
      if (this.#reading === 0) this.#changed = null
    }
  }
}
