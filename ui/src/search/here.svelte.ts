/** A search within one room: its hits, and which of them is being looked at. Hits are stepped through from the newest. */
import type { Hit, Seq } from '../protocol'
import { isAskable } from './query'
import { type Ask, SearchState } from './state.svelte'

export class SearchHere {
  readonly search: SearchState
  /** The message from which the next hit is counted; it may be none, or not yet known as one. */
  place = $state.raw<Seq | null>(null)
  /** Whether it is not known yet what is found, and which of it is shown. */
  finding = $state(false)
  /** Its hit, and which one it is, from 1; 0 where it is none. */
  readonly at: number = $derived.by(() => this.#places().indexOf(this.place) + 1)
  readonly hit: Hit | undefined = $derived.by(() => this.search.hits[this.at - 1])

  #turns = 0
  #show: (message: Seq) => void
  /** The message that was open before anything was looked for stays open. */
  #stays: boolean

  /** `open`: the message that is open already, if any. `show` leads to a message. */
  constructor(ask: Ask, open: Seq | null, show: (message: Seq) => void) {
    this.search = new SearchState(ask, isAskable)
    this.place = open
    this.#stays = open !== null
    this.#show = show
  }

  /** Looks for a text, and shows its newest hit unless one is being looked at already. */
  async find(text: string): Promise<void> {
    const stays = this.#stays
    this.#stays = false
    this.finding = true
    const turn = ++this.#turns
    await this.search.search(text)
    // By now something else may be looked for.
    if (turn !== this.#turns) return
    const newest = this.search.hits[0]
    if (newest && this.search.fault === null && this.at === 0 && !stays) this.look(newest.message.id)
    this.finding = false
  }

  /** Shows the next hit towards the beginning; false when there is none. */
  async older(): Promise<boolean> {
    const { search } = this
    const asked = search.asked
    let next = this.#nextOlder()
    while (!next && search.next !== null && !search.busy) {
      const before = search.next
      await search.more()
      // The box did not answer, or something else is looked for by now.
      if (search.asked !== asked || search.fault !== null || search.next === before) return true
      next = this.#nextOlder()
    }
    if (next) this.look(next.message.id)
    return next !== undefined || search.busy
  }

  /** Shows the next hit towards the end; false when there is none. */
  newer(): boolean {
    const { place } = this
    const next = place === null ? undefined : this.search.hits.findLast(({ message }) => message.id > place)
    if (next) this.look(next.message.id)
    return next !== undefined
  }

  /** Shows a message; the next hits are counted from it. */
  look(message: Seq): void {
    this.place = message
    this.#show(message)
  }

  #nextOlder(): Hit | undefined {
    const { place } = this
    return this.search.hits.find(({ message }) => place === null || message.id < place)
  }

  #places(): (Seq | null)[] {
    return this.search.hits.map(({ message }) => message.id)
  }
}
