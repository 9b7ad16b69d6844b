/** What stands unsent in the composers, kept on this device for each account. */
import type { RoomId, UserId } from '../protocol'
import { toJson } from './wellFormed'

export type Drafts = {
  get(room: RoomId): string
  /** An empty text is no draft. */
  set(room: RoomId, text: string): void
  /** Writes what has not been written yet. */
  flush(): void
  erase(): void
}

/** Between two writes to the device while someone types. */
const WRITE_WAIT_MS = 400

export function keepDrafts(
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
  user: UserId,
): Drafts {
  const key = `porch.drafts.${user}`
  const drafts = read(storage, key)
  let timer: ReturnType<typeof setTimeout> | undefined

  const write = () => {
    clearTimeout(timer)
    timer = undefined
    try {
      if (drafts.size === 0) storage.removeItem(key)
      else storage.setItem(key, toJson([...drafts]))
    } catch {
      // A full or forbidden storage: the draft lives as long as the page.
    }
  }
  return {
    get: (room) => drafts.get(room) ?? '',
    set(room, text) {
      if (text === '') drafts.delete(room)
      else drafts.set(room, text)
      timer ??= setTimeout(write, WRITE_WAIT_MS)
    },
    flush() {
      if (timer !== undefined) write()
    },
    erase() {
      drafts.clear()
      write()
    },
  }
}

function read(storage: Pick<Storage, 'getItem'>, key: string): Map<RoomId, string> {
  try {
    return new Map(JSON.parse(storage.getItem(key) ?? '[]') as [RoomId, string][])
  } catch {
    return new Map()
  }
}
