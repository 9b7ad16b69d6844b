/** A device for tests: what a browser keeps between two lives of the page, and tells from tab to tab. */
import 'fake-indexeddb/auto'
import { CacheWriter } from '../cacheWriter'
import { Kept } from '../kept'
import type { KeptStorage } from '../keptAccounts'

let devices = 0

export class Device {
  readonly name = `porch-test-${devices++}`
  /** The storage of strings. */
  readonly entries = new Map<string, string>()
  /** Off: a tab that sleeps hears of nothing that others write. */
  tellsTabs = true
  now: () => number = Date.now
  /** Loads what writes the cache. */
  cacheWriter: () => Promise<typeof CacheWriter> = async () => CacheWriter
  #tabs: Kept[] = []

  /** What is kept, as the next life of the page finds it. */
  open(): { kept: Kept; storage: KeptStorage } {
    const storage: KeptStorage = this.#storage(() => kept)
    const kept: Kept = new Kept({
      storage,
      name: this.name,
      now: () => this.now(),
      idle: (call) => call(),
      cacheWriter: this.cacheWriter,
    })
    this.#tabs.push(kept)
    return { kept, storage }
  }

  /** Everything that lies on it, as one text. */
  async text(): Promise<string> {
    return JSON.stringify([[...this.entries], await this.records('outbox'), await this.records('cache')])
  }

  async records(store: 'outbox' | 'cache'): Promise<unknown[]> {
    const all = await this.#asked(store, (records) => records.getAll())
    return all ?? []
  }

  /** Changes the record with this key, as a defect or an older page might have left it. */
  async change<T>(
    store: 'outbox' | 'cache',
    key: IDBValidKey,
    change: (record: T) => unknown,
  ): Promise<void> {
    const record = (await this.#asked(store, (records) => records.get(key))) as T
    await this.#asked(store, (records) => records.put(change(record)))
  }

  async #asked<T>(name: string, ask: (records: IDBObjectStore) => IDBRequest<T>): Promise<T | null> {
    const db = await answered(indexedDB.open(this.name))
    db.onversionchange = () => db.close()
    try {
      if (!db.objectStoreNames.contains(name)) return null
      return await answered(ask(db.transaction(name, 'readwrite').objectStore(name)))
    } finally {
      db.close()
    }
  }

  #storage(tab: () => Kept): KeptStorage {
    const { entries } = this
    const tell = (key: string) => {
      const others = this.#tabs.filter((other) => other !== tab())
      queueMicrotask(() => this.tellsTabs && others.forEach((other) => void other.heard(key)))
    }
    return {
      getItem: (key) => entries.get(key) ?? null,
      setItem(key, value) {
        const before = entries.get(key)
        entries.set(key, value)
        if (before !== value) tell(key)
      },
      removeItem: (key) => void (entries.delete(key) && tell(key)),
      key: (at) => [...entries.keys()][at] ?? null,
      get length() {
        return entries.size
      },
    }
  }
}

function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
