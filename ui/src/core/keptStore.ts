/**
 * The page's database on this device (IndexedDB): unsent messages, and the cache. Any of it may fail, and another tab may
 * stand in the way: whoever uses it goes on without, and the next use tries again.
 */
import type { ClientMsgId } from '../protocol'
import type { Account } from './account'
import type { CachedHead, CachedRoom } from './cache'
import type { KeptAccounts } from './keptAccounts'
import type { OutboxStore, Stored } from './outbox'

/** Goes up whenever the stores change; what is there of another version is dropped. */
const VERSION = 2

/** What becomes of the cache, at once or not at all. */
export type CacheChange = {
  /** Nothing of what is there stays. */
  readonly isWhole: boolean
  readonly put: readonly (CachedHead | CachedRoom)[]
  readonly dropped: readonly number[]
}

export class KeptStore implements OutboxStore {
  #name: string
  #accounts: Pick<KeptAccounts, 'has' | 'isLast'>
  #db: IDBDatabase | null = null
  /** Rejected while an older tab keeps the database from being opened, and there until it is. */
  #opening: Promise<IDBDatabase> | null = null

  constructor(name: string, accounts: Pick<KeptAccounts, 'has' | 'isLast'>) {
    this.#name = name
    this.#accounts = accounts
  }

  async all(account: Account): Promise<Stored[]> {
    const transaction = (await this.#open()).transaction('outbox')
    return answer(transaction.objectStore('outbox').index('account').getAll(account))
  }

  async put(item: Stored): Promise<void> {
    try {
      await this.#put(item)
    } catch {
      // No space left: what the box has can be had again, and this nowhere.
      await this.#write('cache', (cache) => cache.clear())
      await this.#put(item)
    }
  }

  remove(id: ClientMsgId): Promise<void> {
    return this.#write('outbox', (outbox) => outbox.delete(id))
  }

  /** The cache as it lies there: the head first, then the rooms. */
  async cached(): Promise<(CachedHead | CachedRoom)[]> {
    return answer((await this.#open()).transaction('cache').objectStore('cache').getAll())
  }

  /**
   * Changes the cache of an account, all or nothing; says whether it did. `change` is given the head that is there; null
   * leaves all as it is. It is not asked where somebody else came in since, or nothing may be kept any more.
   */
  async changeCache(
    account: Account,
    change: (head: CachedHead | null) => CacheChange | null,
  ): Promise<boolean> {
    let isChanged = false
    await this.#write('cache', (cache) => {
      const head = cache.get(0)
      head.onsuccess = () => {
        const changed = this.#accounts.isLast(account) ? change((head.result as CachedHead) ?? null) : null
        if (!changed) return
        isChanged = true
        if (changed.isWhole) cache.clear()
        for (const id of changed.dropped) cache.delete(id)
        for (const record of changed.put) cache.put(record)
      }
    })
    return isChanged
  }

  /** Erases unsent messages of all who may not keep any, and the cache if it is not of `account`. */
  async prune(account: Account | null): Promise<void> {
    await this.#write('cache', (cache) => {
      const head = cache.get(0)
      head.onsuccess = () => {
        const owner = (head.result as CachedHead | undefined)?.account
        if (owner !== undefined && (owner !== account || !this.#accounts.isLast(owner))) cache.clear()
      }
    })
    await this.#write('outbox', (outbox) => {
      const cursor = outbox.openCursor()
      cursor.onsuccess = () => {
        const at = cursor.result
        if (!at) return
        if (!this.#accounts.has((at.value as Stored).account)) at.delete()
        at.continue()
      }
    })
  }

  #put(item: Stored): Promise<void> {
    return this.#write('outbox', (outbox) => {
      if (this.#accounts.has(item.account)) outbox.put(item)
    })
  }

  /** Resolves when what `work` asks for is on the device, and rejects when none of it is. */
  async #write(name: 'outbox' | 'cache', work: (store: IDBObjectStore) => void): Promise<void> {
    const transaction = (await this.#open()).transaction(name, 'readwrite')
    work(transaction.objectStore(name))
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(transaction.error)
    })
  }

  async #open(): Promise<IDBDatabase> {
    // Browsers that block storage throw here.
    return this.#db ?? (this.#opening ??= this.#opened(indexedDB.open(this.#name, VERSION)))
  }

  #opened(asked: IDBOpenDBRequest): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      asked.onupgradeneeded = () => lay(asked.result)
      asked.onblocked = () => reject(new Error('an older tab holds the database'))
      asked.onerror = () => {
        this.#opening = null
        reject(asked.error)
      }
      asked.onsuccess = () => {
        this.#opening = null
        this.#db = asked.result
        // A newer page is to have it; or the browser closed it under us (storage cleared).
        this.#db.onversionchange = () => this.#close()
        this.#db.onclose = () => this.#close()
        resolve(this.#db)
      }
    })
  }

  #close(): void {
    this.#db?.close()
    this.#db = null
  }
}

function lay(db: IDBDatabase): void {
  for (const name of [...db.objectStoreNames]) db.deleteObjectStore(name)
  db.createObjectStore('outbox', { keyPath: 'client_msg_id' }).createIndex('account', 'account')
  db.createObjectStore('cache', { keyPath: 'id' })
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
