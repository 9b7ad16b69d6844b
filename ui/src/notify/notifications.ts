/**
 * Gathers what is to be told, and tells it: at once, then at most so often. However much arrives within a moment, and
 * whatever was missed, is one notification and one tone. Of two tabs of a browser one tells it: what has been told is kept by
 * its place in the order of all events, which is the same in both. What tells nothing, as far as this tab knows, is let go of.
 */
import type { RoomId, Seq } from '../protocol'
import { type Moment, type News, tell } from './decide'

/** Between two tellings: a notification is a call to the system, and in a busy room there is much to tell. */
const INTERVAL_MS = 3_000
/** News of a room that are remembered, to say how many there are; of more nobody sees the number. */
const NEWS_MAX = 99

/** What is told of one room; `news`, all that is neither seen nor read, the newest last. */
export type RoomNews = { readonly room: RoomId; readonly news: readonly News[] }

/** What this needs of the browser; a test has its own. */
export type NotifyWorld = {
  /** Once at a time among all tabs of this browser. */
  exclusively(work: () => Promise<void>): Promise<void>
  /** The newest message that any tab has told of. */
  told: { get(): Seq; set(seq: Seq): void }
  /** How things stand in this tab. */
  here(): Moment
  /** How they stand in this tab and in others, by which there may be less to tell and never more. */
  look(): Promise<Moment>
  /** Shows one notification of these rooms; `isLoud`, if the system is to make itself heard. */
  show(rooms: readonly RoomNews[], isLoud: boolean): Promise<void>
  /** Says whether it is heard. */
  tone(): Promise<boolean>
}

export class Notifications {
  #world: NotifyWorld
  /** Not looked at yet. */
  #gathered: News[] = []
  /** What has been told and not been read, by room. */
  #waiting = new Map<RoomId, News[]>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #isDue = false
  #toldAt = -INTERVAL_MS

  constructor(world: NotifyWorld) {
    this.#world = world
  }

  hear(news: News): void {
    this.#gathered.push(news)
    if (this.#isDue) return
    const wait = this.#toldAt + INTERVAL_MS - performance.now()
    if (wait > 0) {
      this.#timer ??= setTimeout(() => this.#tell(), wait)
      return
    }
    // A browser wakes a page that nobody sees once a minute for a timer, and at once for what arrives.
    this.#isDue = true
    // What comes in one piece is told in one piece.
    queueMicrotask(() => this.#isDue && this.#tell())
  }

  /** Of what is not there any more, such as a message that was deleted, nothing is told. */
  keep(isThere: (news: News) => boolean): void {
    this.#gathered = this.#gathered.filter(isThere)
    for (const [room, news] of this.#waiting) this.#keep(room, news.filter(isThere))
  }

  stop(): void {
    this.#attend()
    this.#gathered = []
    this.#waiting.clear()
  }

  /** Nothing is due any more. */
  #attend(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#isDue = false
  }

  #tell(): void {
    this.#attend()
    const { show, tone } = tell(this.#gathered, this.#world.here())
    // In a busy room most of it: nobody else is asked, and what follows does not wait for its turn.
    if (show.length === 0 && !tone) {
      this.#gathered = []
      return
    }
    this.#toldAt = performance.now()
    void this.#world.exclusively(async () => {
      const moment = await this.#world.look()
      // Only now: what is deleted while one looks is gone from it.
      const gathered = this.#gathered.splice(0)
      const told = this.#world.told.get()
      this.#world.told.set(Math.max(told, ...gathered.map(({ id }) => id)))
      this.#remember(tell(gathered, moment).show, moment)
      // The rest another tab has told.
      const fresh = gathered.filter(({ id }) => id > told)
      const { show, tone } = tell(fresh, moment)
      const isHeard = tone && (await this.#world.tone())
      const rooms = [...new Set(show.map(({ room }) => room))]
      // Whoever has gone since then, and what was deleted, is not in it any more.
      const about = rooms
        .map((room) => ({ room, news: this.#waiting.get(room) ?? [] }))
        .filter(({ news }) => news.length > 0)
      if (about.length > 0) await this.#world.show(about, tone && !isHeard)
    })
  }

  #remember(news: readonly News[], moment: Moment): void {
    for (const one of news) this.#keep(one.room, [...(this.#waiting.get(one.room) ?? []), one])
    for (const [room, all] of this.#waiting) {
      const readN = moment.readN(room)
      this.#keep(
        room,
        all.filter(({ n }) => n > readN),
      )
    }
  }

  #keep(room: RoomId, news: readonly News[]): void {
    if (news.length > 0) this.#waiting.set(room, news.slice(-NEWS_MAX))
    else this.#waiting.delete(room)
  }
}
