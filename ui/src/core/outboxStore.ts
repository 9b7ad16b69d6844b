/** The outbox in IndexedDB. */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { ClientMsgId } from '../protocol'
import type { OutboxStore, Stored } from './outbox'

interface Schema extends DBSchema {
  outbox: { key: ClientMsgId; value: Stored; indexes: { author: number } }
}

/** Opened at the first use, so that a page without a session asks the browser for nothing. */
export function indexedOutbox(name = 'porch'): OutboxStore {
  let opened: Promise<IDBPDatabase<Schema>> | null = null
  const open = () => {
    opened ??= openDB<Schema>(name, 1, {
      upgrade(db) {
        db.createObjectStore('outbox', { keyPath: 'client_msg_id' }).createIndex('author', 'author')
      },
      // The browser may close it under us (storage cleared): open it again at the next use.
      terminated() {
        opened = null
      },
    })
    return opened
  }
  return {
    all: async (author) => (await open()).getAllFromIndex('outbox', 'author', author),
    put: async (item) => void (await (await open()).put('outbox', item)),
    remove: async (id) => (await open()).delete('outbox', id),
    erase: async (author) => {
      const { store, done } = (await open()).transaction('outbox', 'readwrite')
      for (const id of await store.index('author').getAllKeys(author)) void store.delete(id)
      await done
    },
  }
}
