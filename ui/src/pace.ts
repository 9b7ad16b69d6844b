/**
 * When what comes in a busy room is drawn: with the next picture, but after each time as long a rest as that took. On a
 * slow device the rest is for keys, which would wait for one picture after the other. What a key has done is drawn without
 * what came: that waits for the picture after it.
 */

export type PaceWorld = {
  now(): number
  /** Calls with the next picture, but not within `ms`. */
  frame(call: () => void, ms: number): void
  /** Calls when that picture is drawn. */
  drawn(call: () => void): void
}

export class Pace {
  #world: PaceWorld
  #restsUntil = 0
  /** A key was pressed since the last picture. */
  #isPressed = false

  constructor(world: PaceWorld) {
    this.#world = world
  }

  next(call: () => void): void {
    const { now, frame } = this.#world
    const rest = Math.max(0, this.#restsUntil - now())
    // Put off once: whoever types on and on sees what comes all the same.
    frame(() => (this.#isPressed ? frame(() => this.#take(call), 0) : this.#take(call)), rest)
  }

  pressed(): void {
    this.#isPressed = true
  }

  #take(call: () => void): void {
    const { now, drawn } = this.#world
    this.#isPressed = false
    const begun = now()
    drawn(() => (this.#restsUntil = 2 * now() - begun))
    call()
  }
}
