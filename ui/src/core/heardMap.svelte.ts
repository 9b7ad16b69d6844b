/** To be read only. */
export type Heard<K, V> = Pick<HeardMap<K, V>, 'get' | 'has' | 'keys' | 'size' | 'values'>

/**
 * A map that is heard: whoever reads of it hears of every change in it. Of all of them, because what is kept in such maps changes
 * seldom, and to be told entry by entry would cost each entry a signal, and the page the code for it.
 */
export class HeardMap<K, V> {
  #entries = new Map<K, V>()
  #change = 0
  #heard = $state(0)

  get size(): number {
    return this.#read().size
  }

  get(key: K): V | undefined {
    return this.#read().get(key)
  }

  has(key: K): boolean {
    return this.#read().has(key)
  }

  keys(): Iterable<K> {
    return this.#read().keys()
  }

  values(): Iterable<V> {
    return this.#read().values()
  }

  set(key: K, value: V): void {
    this.change((entries) => entries.set(key, value))
  }

  delete(key: K): void {
    this.change((entries) => entries.delete(key))
  }

  clear(): void {
    this.change((entries) => entries.clear())
  }

  /** Several changes, of which readers hear at once. */
  change(make: (entries: Map<K, V>) => void): void {
    make(this.#entries)
    // Counted apart: whoever changes it in an effect has not read it by that.
    this.#heard = ++this.#change
  }

  #read(): ReadonlyMap<K, V> {
    void this.#heard
    return this.#entries
  }
}
