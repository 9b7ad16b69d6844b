/**
 * When what comes in a busy room is drawn: with the next picture, but after each time as long a rest as that took. On a
 * slow device the rest is for keys, which would wait for one picture after the other.
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

  constructor(world: PaceWorld) {
    this.#world = world
  }

  next(call: () => void): void {
    const { now, frame, drawn } = this.#world
    const rest = Math.max(0, this.#restsUntil - now())
    frame(() => {
      const begun = now()
      drawn(() => (this.#restsUntil = 2 * now() - begun))
      call()
    }, rest)
  }
}
