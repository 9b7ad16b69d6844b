/**
 * Changes of messages and answers that cross. A page of history or search may have been read before a message was edited
 * or deleted and come after that was told: whoever asks for messages asks through here, and what changed while the answer
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
  edited_at: undefined,
  deleted: true,
})

/** What a message is once this has happened, which may be to another. */
export function changed(message: Message, { seq, what }: Event): Message {
  if (what.type === 'deleted')
    return what.message === message.id && seq > message.rev ? tombstone(message, seq) : message
  return what.id === message.id ? newer(message, what) : message
}

/** Of two copies of a message the newer one. */
export const newer = (one: Message, other: Message): Message => (other.rev > one.rev ? other : one)

export class Revisions {
  /** The newest event of each message that was changed. */
  #changed = new Map<Seq, Event>()
  /** Answers on their way. */
  #waiting = 0
  /** Grows whenever it cannot be known what was changed of late. */
  #age = 0

  /** How many are remembered. */
  get size(): number {
    return this.#changed.size
  }

  /** A message was changed. */
  heard(event: Event): void {
    if (this.#waiting === 0) return
    const { what } = event
    if (this.#changed.size < REVISIONS_KEPT_MAX)
      this.#changed.set(what.type === 'deleted' ? what.message : what.id, event)
    else this.unknown()
  }

  /** What was changed of late was not heard: answers on their way are worth nothing. */
  unknown(): void {
    this.#age += 1
    this.#changed.clear()
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
      if (this.#waiting === 0) this.#changed.clear()
    }
  }

  #now(message: Message): Message {
    const event = this.#changed.get(message.id)
    return event ? changed(message, event) : message
  }
}
