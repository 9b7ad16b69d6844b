/**
 * Says to who hears the page that somebody wrote to them in a room that is not in sight: nothing of what was written, and of
 * many messages one after another once.
 */
import type { RoomId } from '../protocol'
import type { News } from './decide'

/** What comes within it is said together. */
const GATHER_MS = 1_000
/** A room of which nothing came for so long is said anew. */
const PAUSE_MS = 30_000

type ToSay = Pick<News, 'room' | 'n' | 'author' | 'isCalled'>

export class Aloud {
  #say: (news: readonly ToSay[]) => void
  #heardAt = new Map<RoomId, number>()
  #gathered: ToSay[] = []
  #timer: ReturnType<typeof setTimeout> | undefined

  /** `say`: is given the first message of each room in which something came. */
  constructor(say: (news: readonly ToSay[]) => void) {
    this.#say = say
  }

  hear(news: ToSay): void {
    const now = performance.now()
    const isMore = now - (this.#heardAt.get(news.room) ?? -PAUSE_MS) < PAUSE_MS
    this.#heardAt.set(news.room, now)
    if (isMore) return
    this.#gathered.push(news)
    this.#timer ??= setTimeout(() => this.#tell(), GATHER_MS)
  }

  /** What was said of a room is over: it is in sight. */
  seen(room: RoomId | null): void {
    if (room !== null) this.#heardAt.delete(room)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#gathered = []
    this.#heardAt.clear()
  }

  #tell(): void {
    this.#timer = undefined
    this.#say(this.#gathered.splice(0))
  }
}
