/**
 * Attempts to come in. An answer may be lost after the box has done what it was asked; so each attempt has a
 * secret that is made before its first try, kept on this device until an answer has come, and sent with every
 * try: the box knows by it that it has heard this before, and gives what came of it. A try without an answer,
 * or while the box is busy, is repeated here by itself.
 */
import { ATTEMPT_KEPT_MS } from '../limits'
import { Refusal } from './api'
import { ATTEMPTS_KEY } from './attemptsKey'

type Kept = { readonly what: string; readonly secret: string; readonly at: number }

export type AttemptsWorld = {
  /** Null where the browser stores nothing: secrets then live as long as the page. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null
  readonly now: () => number
  readonly wait: (ms: number) => Promise<void>
}

/** Attempts that are remembered; somebody who tries more names than this has forgotten the first. */
const KEPT_MAX = 8
/** The box has 15 s for each answer. */
const UNANSWERED_MAX = 3
/** A whole school at the bell is through long before. */
const BUSY_MAX = 20
/** Between a try without an answer and the next. */
const AGAIN_WAIT_MS = 1_000
const BUSY_WAIT_MS_MAX = 5_000
const SECRET_BYTES = 16

export class Attempts {
  #world: AttemptsWorld
  #kept: Kept[]

  constructor(world: AttemptsWorld) {
    this.#world = world
    this.#kept = read(world)
  }

  /**
   * Does `what`, the same words for the same attempt, and gives its answer or throws its `Refusal`. `goesOn` is
   * called when the box has let a try go by.
   */
  async make<T>(what: string, send: (secret: string) => Promise<T>, goesOn: () => void): Promise<T> {
    const secret = this.#secretOf(what)
    for (let unanswered = 0, busy = 0; ; ) {
      try {
        const answer = await send(secret)
        this.forget()
        return answer
      } catch (thrown) {
        if (!(thrown instanceof Refusal)) throw thrown
        const isBusy = thrown.code === 'busy'
        if (!isBusy && thrown.code !== 'unreachable') throw thrown
        if (isBusy ? ++busy >= BUSY_MAX : ++unanswered >= UNANSWERED_MAX) throw thrown
        goesOn()
        await this.#world.wait(isBusy ? Math.min(thrown.retryMs ?? 0, BUSY_WAIT_MS_MAX) : AGAIN_WAIT_MS)
      }
    }
  }

  /** Somebody is signed in: whatever was attempted is over. */
  forget(): void {
    this.#kept = []
    try {
      this.#world.storage?.removeItem(ATTEMPTS_KEY)
    } catch {
      // A forbidden storage has nothing either.
    }
  }

  #secretOf(what: string): string {
    const known = this.#kept.find((kept) => kept.what === what)
    if (known) return known.secret
    const secret = makeSecret()
    this.#kept = [...this.#kept, { what, secret, at: this.#world.now() }].slice(-KEPT_MAX)
    try {
      this.#world.storage?.setItem(ATTEMPTS_KEY, JSON.stringify(this.#kept))
    } catch {
      // A full or forbidden storage: it lives as long as the page.
    }
    return secret
  }
}

function read({ storage, now }: AttemptsWorld): Kept[] {
  try {
    const kept = JSON.parse(storage?.getItem(ATTEMPTS_KEY) ?? '[]') as Kept[]
    return kept.filter(({ at }) => Math.abs(now() - at) < ATTEMPT_KEPT_MS)
  } catch {
    return []
  }
}

/** 22 characters of base64url. */
function makeSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES))
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
