/** One search: what was asked last, what came, and what went wrong. Screens read it. */
import type { FaultCode } from '../core/api'
import { faultCode } from '../core/api'
import { newer } from '../core/revisions'
import type { Hit, Message, SearchPage, Seq } from '../protocol'

export type Ask = (asked: string, cursor: string | null, signal: AbortSignal) => Promise<SearchPage>

/** How often the box is asked to go on at once, while it has found nothing yet. */
const ROUNDS_MAX = 40

export class SearchState {
  /** The search whose hits are shown; empty before the first. */
  asked = $state('')
  hits = $state.raw<readonly Hit[]>([])
  /** Where the next page begins; null when there is none. */
  next = $state.raw<string | null>(null)
  /** Words and names that were too many and were left out. */
  cut = $state(0)
  busy = $state(false)
  fault = $state<FaultCode | null>(null)
  /** True once the answer to `asked` is here. */
  answered = $state(false)

  #ask: Ask
  #isAskable: (asked: string) => boolean
  #running: AbortController | null = null

  constructor(ask: Ask, isAskable: (asked: string) => boolean) {
    this.#ask = ask
    this.#isAskable = isAskable
  }

  /** Asks anew; an answer still on its way to an older question is dropped. */
  async search(asked: string): Promise<void> {
    this.#running?.abort()
    this.asked = asked
    if (!this.#isAskable(asked)) {
      this.#show([], null)
      this.cut = 0
      this.answered = false
      this.busy = false
      return
    }
    const page = await this.#load(asked, null)
    if (page) this.#show(page.hits, page.next)
  }

  /** Loads the page after the last one shown. */
  async more(): Promise<void> {
    if (this.busy || this.next === null) return
    const page = await this.#load(this.asked, this.next)
    // A message that moved between the pages would come twice.
    const known = new Set(this.hits.map((hit) => hit.message.id))
    if (page) this.#show([...this.hits, ...page.hits.filter((hit) => !known.has(hit.message.id))], page.next)
  }

  /** Takes a message off the screen that was deleted meanwhile. */
  drop(message: Seq): void {
    this.hits = this.hits.filter((hit) => hit.message.id !== message)
  }

  /** A message says something else: that is shown, with nothing marked in it. */
  change(message: Message): void {
    if (!this.hits.some((hit) => hit.message.id === message.id)) return
    this.hits = this.hits.map((hit) =>
      hit.message.id === message.id ? { ...hit, message: newer(hit.message, message), marks: [] } : hit,
    )
  }

  /** Lets go of all that is shown, which may not be there any more, and asks anew. */
  again(): void {
    if (!this.answered && !this.busy) return
    this.hits = []
    this.next = null
    this.answered = false
    void this.search(this.asked)
  }

  stop(): void {
    this.#running?.abort()
  }

  #show(hits: readonly Hit[], next: string | null): void {
    this.hits = hits
    this.next = next
    this.fault = null
    this.answered = true
  }

  /** A page, or null when it was refused or is not wanted any more. */
  async #load(asked: string, cursor: string | null): Promise<SearchPage | null> {
    const running = new AbortController()
    this.#running = running
    this.busy = true
    try {
      let page = await this.#ask(asked, cursor, running.signal)
      // One call does bounded work: it may have found nothing and still have more to look through.
      for (let round = 1; page.hits.length === 0 && page.next !== null && round < ROUNDS_MAX; round++) {
        if (running.signal.aborted) break
        page = await this.#ask(asked, page.next, running.signal)
      }
      if (running.signal.aborted) return null
      this.cut = page.cut
      return page
    } catch (thrown) {
      if (!running.signal.aborted) {
        this.fault = faultCode(thrown)
        if (cursor === null) {
          this.hits = []
          this.next = null
        }
        this.answered = true
      }
      return null
    } finally {
      if (this.#running === running) this.busy = false
    }
  }
}
