/**
 * Changes of messages and answers that cross. A page of history or search may have been read before a message was
 * deleted and come after that was told: whoever asks for messages asks through here, and what changed while the answer
 * was on its way is brought up to date in it. Nothing is remembered for longer: what is asked for after a change was
 * heard has it already, because the box tells of a change when it is on the disk.
 */
import type { Event, Message, Seq } from '../protocol'
import { Refusal } from './api'

/** Changed messages remembered while answers are on their way; with more, those answers are asked for again. */
export const REVISIONS_KEPT_MAX = 10_000
/** An answer that is outdated so often in a row is given up: something else is wrong. */
const TRIES_MAX = 5

/** What a message is once it was deleted by the event `rev`. */
export const tombstone = (message: Message, rev: Seq): Message => ({
  ...message,
  rev,
  body: '',
  attachments: undefined,
  deleted: true,
})

/** Of two copies of a message the newer one. */
export const newer = (one: Message, other: Message): Message => (other.rev > one.rev ? other : one)

export class Revisions {
  /** The newest `rev` of messages that were deleted. */
  #deleted = new Map<Seq, Seq>()
  /** Answers on their way. */
  #waiting = 0
  /** Grows whenever it cannot be known what was changed of late. */
  #age = 0

  /** How many are remembered. */
  get size(): number {
    return this.#deleted.size
  }

  heard({ seq, what }: Event): void {
    if (this.#waiting === 0 || what.type !== 'deleted') return
    if (this.#deleted.size < REVISIONS_KEPT_MAX) this.#deleted.set(what.message, seq)
    else this.unknown()
  }

  /** What was changed of late was not heard: answers on their way are worth nothing. */
  unknown(): void {
    this.#age += 1
    this.#deleted.clear()
  }

  /**
   * Asks for messages. `mend` gives the answer with each message as it is `now`; it must be put to use without waiting
   * for anything else first.
   */
  async whole<T>(
    ask: () => Promise<T>,
    mend: (answer: T, now: (message: Message) => Message) => T,
  ): Promise<T> {
    this.#waiting += 1
    try {
      for (let tries = 0; tries < TRIES_MAX; tries++) {
        const age = this.#age
        const answer = await ask()
        if (age === this.#age) return mend(answer, (message) => this.#now(message))
      }
      throw new Refusal('busy')
    } finally {
      this.#waiting -= 1
      if (this.#waiting === 0) this.#deleted.clear()
    }
  }

  #now(message: Message): Message {
    const rev = this.#deleted.get(message.id)
    return rev !== undefined && rev > message.rev ? tombstone(message, rev) : message
  }
}
