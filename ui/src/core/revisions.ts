/**
 * Changes of messages and answers that cross. A page of history or search may have been read before a message was edited
 * or deleted and come after that was told: whoever asks for messages asks through here, and what changed while the answer
 * was on its way is brought up to date in it. Nothing is remembered for longer: what is asked for after a change was
 * heard has it already, because the box tells of a change when it is on the disk.
 */
import { QUOTE_CHARS_MAX } from '../limits'
import type { Event, Message, Seq } from '../protocol'
import { Refusal } from './api'
import { attachedIn } from './attached'
import { preview } from './preview'

/** Changes of messages remembered while answers are on their way; with more, those answers are asked for again. */
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
  forwarded: undefined,
  pinned: undefined,
  quote: undefined,
  reactions: undefined,
  mine: undefined,
  deleted: true,
})

/** The message to which something happened. */
export const concerned = ({ what }: Event): Seq =>
  what.type === 'message' || what.type === 'edited' ? what.id : what.message

/** What a message is once this has happened: to it, to the one that it quotes, or to another. */
export function changed(message: Message, event: Event): Message {
  const id = concerned(event)
  if (message.quote?.message === id) return requoted(message, event)
  if (message.id !== id) return message
  const { seq, what } = event
  if (what.type === 'message' || what.type === 'edited') return newer(message, what)
  if (seq <= message.rev) return message
  if (what.type === 'deleted') return tombstone(message, seq)
  if (message.deleted) return message
  if (what.type === 'pinned') return { ...message, rev: seq, pinned: what.on }
  const { reactions, mine = message.mine } = what
  return { ...message, rev: seq, reactions, mine }
}

/** What a reply is once this has happened to what it quotes. */
function requoted(message: Message, { seq, what }: Event): Message {
  const quote = message.quote!
  if (seq <= quote.rev || what.type === 'reacted' || what.type === 'pinned') return message
  if (what.type === 'deleted' || what.deleted)
    return { ...message, quote: { ...quote, rev: seq, text: '', attached: undefined, deleted: true } }
  const { body, attachments } = what
  const text = preview(body, QUOTE_CHARS_MAX)
  return { ...message, quote: { ...quote, rev: seq, text, attached: attachments && attachedIn(attachments) } }
}

/** Of two copies of a message the newer one. What is told to everybody says nothing of one's own reactions. */
export function newer(one: Message, other: Message): Message {
  if (other.rev <= one.rev) return one
  return other.reactions && !other.mine ? { ...other, mine: one.mine } : other
}

export class Revisions {
  /** What has become of each message that was changed, in order. */
  #changed = new Map<Seq, Event[]>()
  #count = 0
  /** Answers on their way. */
  #waiting = 0
  /** Grows whenever it cannot be known what was changed of late. */
  #age = 0

  /** How many are remembered. */
  get size(): number {
    return this.#count
  }

  /** A message was changed. */
  heard(event: Event): void {
    if (this.#waiting === 0) return
    if (this.#count < REVISIONS_KEPT_MAX) this.#remember(event)
    else this.unknown()
  }

  /** What was changed of late was not heard: answers on their way are worth nothing. */
  unknown(): void {
    this.#age += 1
    this.#forget()
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
      if (this.#waiting === 0) this.#forget()
    }
  }

  #now(message: Message): Message {
    const events = [message.id, message.quote?.message].flatMap((id) => (id && this.#changed.get(id)) || [])
    return events.reduce(changed, message)
  }

  #remember(event: Event): void {
    const id = concerned(event)
    const before = this.#changed.get(id)
    if (before) before.push(event)
    else this.#changed.set(id, [event])
    this.#count += 1
  }

  #forget(): void {
    this.#changed.clear()
    this.#count = 0
  }
}
