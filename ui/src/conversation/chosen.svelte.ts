/**
 * Which one of many rows is chosen. Each row asks for its own flag: when another is chosen, these two hear of it and the
 * hundreds beside them do not.
 */

class Flag {
  on = $state(false)

  constructor(on: boolean) {
    this.on = on
  }
}

export class Chosen {
  #flags = new Map<string, Flag>()
  #key: string | null = null

  /** Takes up the rows that are there, before any of them asks. */
  meet(keys: Iterable<string>): void {
    const before = this.#flags
    this.#flags = new Map()
    for (const key of keys) this.#flags.set(key, before.get(key) ?? new Flag(key === this.#key))
  }

  /** Whether it is this row. */
  is(key: string): boolean {
    return this.#flags.get(key)?.on ?? false
  }

  /** Of the rows that are there, or none. */
  choose(key: string | null): void {
    if (key === this.#key) return
    const before = this.#key
    this.#key = key
    for (const changed of [before, key]) {
      const flag = changed === null ? undefined : this.#flags.get(changed)
      if (flag) flag.on = changed === key
    }
  }
}
