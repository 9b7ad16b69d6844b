/**
 * What the box says between two pictures. In a busy room messages come faster than pictures are drawn: they are taken up
 * together. An answer that somebody waits for is taken up at once, with all that came before it.
 */
import type { ServerMessage } from '../protocol'

/** Answers, which somebody waits for. */
const AT_ONCE: ReadonlySet<ServerMessage['type']> = new Set(['done', 'error', 'welcome'])
/** Frames that wait for a picture; more are not worth waiting for. */
const ARRIVING_MAX = 500

export class Arrivals {
  #frame: (call: () => void) => void
  #hear: (message: ServerMessage) => void
  /** What came since the last picture, in order. */
  #waiting: ServerMessage[] = []

  /** `frame`: calls with the next picture. */
  constructor(frame: (call: () => void) => void, hear: (message: ServerMessage) => void) {
    this.#frame = frame
    this.#hear = hear
  }

  arrived(message: ServerMessage): void {
    this.#waiting.push(message)
    if (AT_ONCE.has(message.type) || this.#waiting.length >= ARRIVING_MAX) this.takeUp()
    else if (this.#waiting.length === 1) this.#frame(() => this.takeUp())
  }

  takeUp(): void {
    for (const message of this.#waiting.splice(0)) this.#hear(message)
  }

  /** Of what has not been taken up nothing is. */
  drop(): void {
    this.#waiting = []
  }
}
