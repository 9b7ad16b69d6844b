/**
 * The page's database on this device (IndexedDB): unsent messages with their files, unfinished doodles, and the cache. Any of it
 * may fail, and another tab may stand in the way: whoever uses it goes on without, and the next use tries again.
 *
 * The files of a message lie beside it in the same store, under keys that begin with its id (`keptFiles`): they go with it.
 */
import type { ClientMsgId, RoomId } from '../protocol'
import type { Account } from './account'
import type { CachedHead, CachedRoom } from './cache'
import type { KeptAccounts } from './keptAccounts'
import type { OutboxStore, Stored } from './outbox'

/**
 * Goes up whenever the stores change, or an older page must not touch what is in them; what is there of another version is
 * dropped. Version 2 sent of a message with files only the words; version 3 had no doodles, and would leave them here.
 */
const VERSION = 4

type StoreName = 'outbox' | 'cache' | 'doodles'

/** What lies beside an unsent message, and is no message itself. */
export type KeptBeside = { readonly client_msg_id: string; readonly of: Account }

export class KeptStore implements OutboxStore {
  #name: string
  #accounts: Pick<KeptAccounts, 'has' | 'isLast'>
  #db: IDBDatabase | null = null
  /** Rejected while an older tab keeps the database from being opened, and there until it is. */
  #opening: Promise<IDBDatabase> | null = null
  #underWay = new Set<IDBTransaction>()
  #isLetGo = false

  constructor(name: string, accounts: Pick<KeptAccounts, 'has' | 'isLast'>) {
    this.#name = name
    this.#accounts = accounts
  }

  all(account: Account): Promise<Stored[]> {
    return this.read('outbox', (outbox) => outbox.index('account').getAll(account))
  }

  put(item: Stored): Promise<void> {
    return this.putting((outbox) => {
      if (this.#accounts.has(item.account)) outbox.put(item)
    })
  }

  /** Changes unsent messages, or what lies beside them; or doodles. */
  async putting(work: (store: IDBObjectStore) => void, name: StoreName = 'outbox'): Promise<void> {
    try {
      await this.write(name, work)
    } catch {
      // No space left: what the box has can be had again, and this nowhere.
      await this.write('cache', (cache) => cache.clear())
      await this.write(name, work)
    }
  }

  remove(id: ClientMsgId): Promise<void> {
    return this.write('outbox', (outbox) => outbox.delete(withAllBeside(id)))
  }

  eraseDoodle(of: Account, room: RoomId): Promise<void> {
    return this.write('doodles', (doodles) => doodles.delete(ofDoodle(of, room)))
  }

  /** The cache as it lies there: the head first, then the rooms. */
  cached(): Promise<(CachedHead | CachedRoom)[]> {
    return this.read('cache', (cache) => cache.getAll())
  }

  /** Erases what is unsent of all who may not keep any, and the cache if it is not of `account`. */
  async prune(account: Account | null): Promise<void> {
    await this.write('cache', (cache) => {
      const head = cache.get(0)
      head.onsuccess = () => {
        const owner = (head.result as CachedHead | undefined)?.account
        if (owner !== undefined && (owner !== account || !this.#accounts.isLast(owner))) cache.clear()
      }
    })
    await this.write('outbox', (outbox) => {
      const cursor = outbox.openCursor()
      cursor.onsuccess = () => {
        const at = cursor.result
        if (!at) return
        const { account, of } = at.value as Stored & KeptBeside
        if (!this.#accounts.has(account ?? of)) at.delete()
        at.continue()
      }
    })
    await this.write('doodles', (doodles) => {
      const keys = doodles.getAllKeys()
      keys.onsuccess = () => {
        for (const key of keys.result as [Account][]) if (!this.#accounts.has(key[0])) doodles.delete(key)
      }
    })
  }

  /**
   * The page goes where the browser keeps it as it is, in case one comes back: nothing of it goes on there, and in Safari what
   * is under way would keep every other page from what is kept here. So it ends, and nothing begins before `takeUp`.
   */
  letGo(): void {
    this.#isLetGo = true
    for (const transaction of this.#underWay) abort(transaction)
    this.#close()
  }

  /** One has come back. */
  takeUp(): void {
    this.#isLetGo = false
  }

  async read<T>(name: StoreName, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const request = ask(this.#begin(await this.#open(), name, 'readonly').objectStore(name))
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  }

  /** Resolves when what `work` asks for is on the device, and rejects when none of it is. */
  async write(name: StoreName, work: (store: IDBObjectStore) => void): Promise<void> {
    const transaction = this.#begin(await this.#open(), name, 'readwrite')
    work(transaction.objectStore(name))
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(transaction.error)
    })
  }

  #begin(db: IDBDatabase, name: StoreName, mode: IDBTransactionMode): IDBTransaction {
    if (this.#isLetGo) throw new Error('the page is elsewhere')
    const transaction = db.transaction(name, mode)
    this.#underWay.add(transaction)
    const over = () => this.#underWay.delete(transaction)
    transaction.addEventListener('complete', over)
    transaction.addEventListener('abort', over)
    return transaction
  }

  async #open(): Promise<IDBDatabase> {
    // Browsers that block storage throw here.
    return this.#db ?? (this.#opening ??= this.#opened(indexedDB.open(this.#name, VERSION)))
  }

  #opened(asked: IDBOpenDBRequest): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      asked.onupgradeneeded = ({ oldVersion }) => lay(asked.result, oldVersion)
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

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort()
  } catch {
    // It is over, and is just to hear of it.
  }
}

/** The key of an unsent message, and all that begin with it and a slash. */
const withAllBeside = (id: ClientMsgId) => IDBKeyRange.bound(id, `${id}0`, false, true)

/** All that is kept of one doodle: each part has a key that begins with whose it is, and the room. */
export const ofDoodle = (of: Account, room: RoomId) => IDBKeyRange.bound([of, room], [of, room, []])

function lay(db: IDBDatabase, before: number): void {
  if (before < 2) {
    for (const name of [...db.objectStoreNames]) db.deleteObjectStore(name)
    db.createObjectStore('outbox', { keyPath: 'client_msg_id' }).createIndex('account', 'account')
    db.createObjectStore('cache', { keyPath: 'id' })
  }
  db.createObjectStore('doodles', { keyPath: 'key' }).createIndex('touched', ['of', 'at'])
}
