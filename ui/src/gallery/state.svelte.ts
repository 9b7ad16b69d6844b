/** One gallery of a room: the messages that it shows things of, as far as they have been loaded, the newest ones live. */
import { type FaultCode, faultCode } from '../core/api'
import { newer } from '../core/revisions'
import type { HistoryPage, Message, Seq } from '../protocol'

export type AskGallery = (before: Seq | undefined) => Promise<HistoryPage>

/** Messages that are kept: some 20 MB, and more than anybody scrolls through. Older ones are found by a search. */
export const GALLERY_KEPT_MAX = 20_000

export class GalleryState {
  /** In their order. */
  messages = $state.raw<readonly Message[]>([])
  /** Whether the box has older ones. */
  more = $state(false)
  busy = $state(false)
  fault = $state<FaultCode | null>(null)
  /** Whether the box has answered. */
  known = $state(false)
  #ask: AskGallery
  #shows: (message: Message) => boolean
  /** Up to where what is heard has been looked through. */
  #seenUpto: Seq = 0
  /** Grows when answers on their way are not wanted any more. */
  #turn = 0

  /** `shows`: whether a message has anything for it. */
  constructor(ask: AskGallery, shows: (message: Message) => boolean) {
    this.#ask = ask
    this.#shows = shows
  }

  /** There are older ones, and no more are kept. */
  get isFull(): boolean {
    // No `$derived`: it would belong to the screen for which this was made, and end with it.
    return this.more && this.messages.length >= GALLERY_KEPT_MAX
  }

  /** Loads the newest, or what comes before those that are known. */
  async load(): Promise<void> {
    if (this.busy || this.isFull || (this.known && !this.more)) return
    const oldest = this.messages[0]
    const page = await this.#page(this.known ? oldest?.id : undefined)
    if (!page) return
    const known = new Set(this.messages.map(({ id }) => id))
    const older = page.messages.filter(({ id }) => !known.has(id))
    this.messages = [...older, ...this.messages].sort((one, other) => one.id - other.id)
    this.more = page.more_before
    this.known = true
  }

  /** Loads the newest once more: what has come meanwhile was not heard. */
  async refresh(): Promise<void> {
    if (!this.known || this.busy) return this.load()
    const page = await this.#page(undefined)
    if (!page) return
    const [first] = page.messages
    const newest = this.messages.at(-1)
    if (!page.more_before || (first && newest && first.id <= newest.id)) {
      this.#add(page.messages)
      if (this.messages.length === page.messages.length) this.more = page.more_before
    } else {
      // More have come than the page holds.
      this.messages = page.messages
      this.more = page.more_before
    }
  }

  /** Lets go of all, which may not be there any more, and asks anew. */
  again(): void {
    this.#turn += 1
    this.messages = []
    this.more = false
    this.known = false
    this.busy = false
    void this.load()
  }

  /** Takes up the newest messages of the room, in their order, as far as they are new here. */
  heard(rows: readonly Message[]): void {
    if (!this.known) return
    let from = rows.length
    while (from > 0 && rows[from - 1]!.id > this.#seenUpto) from -= 1
    this.#add(rows.slice(from).filter((row) => row.id > (this.messages.at(-1)?.id ?? 0)))
    this.#seenUpto = Math.max(this.#seenUpto, rows.at(-1)?.id ?? 0)
  }

  /** A message was deleted. */
  drop(message: Seq): void {
    if (this.messages.some(({ id }) => id === message))
      this.messages = this.messages.filter(({ id }) => id !== message)
  }

  /** A message says something else, which may be nothing for this gallery. One older than all that is here comes with its page. */
  change(message: Message): void {
    const known = this.messages.some(({ id }) => id === message.id)
    if (known) this.messages = this.messages.flatMap((each) => this.#now(each, message))
    else if (this.#shows(message) && message.id >= (this.messages[0]?.id ?? 0)) this.#add([message])
  }

  #now(known: Message, message: Message): Message[] {
    if (known.id !== message.id) return [known]
    const now = newer(known, message)
    return this.#shows(now) ? [now] : []
  }

  #add(rows: readonly Message[]): void {
    const known = new Set(this.messages.map(({ id }) => id))
    const fresh = rows.filter((row) => !known.has(row.id) && this.#shows(row))
    if (fresh.length > 0) this.messages = [...this.messages, ...fresh].sort((one, other) => one.id - other.id)
  }

  /** A page without what was deleted; null when it could not be had, or is not wanted any more. */
  async #page(before: Seq | undefined): Promise<HistoryPage | null> {
    const turn = this.#turn
    this.busy = true
    this.fault = null
    try {
      const page = await this.#ask(before)
      if (turn !== this.#turn) return null
      return { ...page, messages: page.messages.filter(({ deleted }) => !deleted) }
    } catch (thrown) {
      if (turn === this.#turn) this.fault = faultCode(thrown)
      return null
    } finally {
      if (turn === this.#turn) this.busy = false
    }
  }
}
