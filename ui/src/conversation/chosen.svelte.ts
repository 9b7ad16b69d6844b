/**
 * Which of many rows is chosen, and for what. Each row asks for its own flags: when another is chosen, these two hear of it and
 * the hundreds beside them do not.
 */

/** What one row at a time is: reached by Tab, below the pointer, jumped to, or with its menu open. */
export class RowFlags {
  active = $state(false)
  pointed = $state(false)
  flash = $state(false)
  pressed = $state(false)
}

type Kind = keyof RowFlags

export class Chosen {
  #flags = new Map<string, RowFlags>()
  #keys = new Map<Kind, string | null>()

  /** The flags of a row: the same ones until it is gone, whatever the list says of it on the way. */
  of(key: string): RowFlags {
    const known = this.#flags.get(key)
    if (known) return known
    const flags = new RowFlags()
    for (const [kind, chosen] of this.#keys) if (chosen === key) flags[kind] = true
    this.#flags.set(key, flags)
    return flags
  }

  /** These rows are there now, and no others. */
  keep(keys: Iterable<string>): void {
    const there = new Set(keys)
    for (const key of this.#flags.keys()) if (!there.has(key)) this.#flags.delete(key)
  }

  /** Of the rows that are there, or none. */
  choose(kind: Kind, key: string | null): void {
    const before = this.#keys.get(kind) ?? null
    if (key === before) return
    this.#keys.set(kind, key)
    for (const changed of [before, key]) {
      const flags = changed === null ? undefined : this.#flags.get(changed)
      if (flags) flags[kind] = changed === key
    }
  }
}
