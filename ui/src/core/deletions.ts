/**
 * Deletions and answers that cross. A page of history or search may have been read before a message was deleted and
 * come after that was told: whoever asks for messages asks through here, and what is deleted while the answer is on its
 * way is taken out of it. Nothing is remembered for longer: what is asked for after a deletion was heard has it already,
 * because the box tells of a deletion when it is on the disk.
 */
import type { Message, Seq } from '../protocol'
import { Refusal } from './api'

/** Deletions remembered while answers are on their way; with more, those answers are asked for again. */
export const DELETIONS_KEPT_MAX = 10_000
/** An answer that is outdated so often in a row is given up: something else is wrong. */
const TRIES_MAX = 5

/** What a message is once it was deleted. */
export const tombstone = (message: Message): Message => ({ ...message, body: '', deleted: true })

export class Deletions {
  #heard = new Set<Seq>()
  /** Answers on their way. */
  #waiting = 0
  /** Grows whenever it cannot be known what was deleted of late. */
  #age = 0

  /** How many are remembered. */
  get size(): number {
    return this.#heard.size
  }

  heard(message: Seq): void {
    if (this.#waiting === 0) return
    if (this.#heard.size < DELETIONS_KEPT_MAX) this.#heard.add(message)
    else this.unknown()
  }

  /** What was deleted of late was not heard: answers on their way are worth nothing. */
  unknown(): void {
    this.#age += 1
    this.#heard.clear()
  }

  /**
   * Asks for messages. `mend` gives the answer without what was deleted meanwhile; it must be put to use without waiting
   * for anything else first.
   */
  async whole<T>(ask: () => Promise<T>, mend: (answer: T, isDeleted: (id: Seq) => boolean) => T): Promise<T> {
    this.#waiting += 1
    try {
      for (let tries = 0; tries < TRIES_MAX; tries++) {
        const age = this.#age
        const answer = await ask()
        if (age === this.#age) return mend(answer, (id) => this.#heard.has(id))
      }
      throw new Refusal('busy')
    } finally {
      this.#waiting -= 1
      if (this.#waiting === 0) this.#heard.clear()
    }
  }
}
