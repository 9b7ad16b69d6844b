/**
 * What a page has to tell, gathered into beacons: what is new soon, what repeats itself seldom. Of one life of a page it
 * tells of so many errors, and each once with its count.
 */
import { BEACON_ERRORS_MAX } from '../limits'
import type { Beacon, BeaconError } from '../protocol'
import type { Sent } from './send'

/** What is new is told after this, together with what comes meanwhile: within 10 s it is before the owner. */
export const SOON_MS = 2_000
/** What repeats itself is told this often at most. */
export const SELDOM_MS = 60_000
/** The least time between two beacons: the box takes no more of one person. */
export const BEACONS_APART_MS = 3_000
/** When the box did not take one and does not say when it will. */
export const RETRY_MS = 30_000
/** Different errors that one page tells of: a page in which more fails is told well enough. */
export const ERRORS_MAX = 20
/** Beacons of one life of a page after which all is told seldom. */
export const SOON_MAX = 60

export type Surroundings = {
  readonly version: string
  readonly send: (beacon: Beacon) => Promise<Sent>
  /** Whether it makes sense to ask the box now. */
  readonly mayReach: () => boolean
}

type Counts = Pick<Beacon, 'long_tasks' | 'longest_ms' | 'lost' | 'load_ms' | 'interaction_ms'>
const nothing: Counts = { long_tasks: 0, longest_ms: 0, lost: 0 }

export class Batch {
  #around: Surroundings
  /** By what they say and where; with a count of 0 where all of it is told. */
  #errors = new Map<string, BeaconError>()
  #counts: Counts = nothing
  #loadTold = false
  #interactionTold = false
  #timer: ReturnType<typeof setTimeout> | undefined
  /** When the timer goes off; infinite without one. */
  #due = Infinity
  #notBefore = 0
  #beacons = 0
  #sending = false
  /** It was time for another one while one was on its way. */
  #again = false

  constructor(around: Surroundings) {
    this.#around = around
  }

  /** An error was met on this kind of screen. */
  error(error: Omit<BeaconError, 'screen' | 'count'>, screen: string): void {
    const key = keyOf(error)
    const known = this.#errors.get(key)
    if (!known && this.#errors.size >= ERRORS_MAX) return
    this.#errors.set(key, { ...error, screen, count: (known?.count ?? 0) + 1 })
    this.#plan(known ? SELDOM_MS : SOON_MS)
  }

  /** The page was drawn after so long; the first time counts. */
  load(ms: number): void {
    if (this.#loadTold) return
    this.#loadTold = true
    this.#counts = { ...this.#counts, load_ms: Math.round(ms) }
    this.#plan(SOON_MS)
  }

  /** Answers to presses took so long; the first time counts. */
  interaction(ms: number): void {
    if (this.#interactionTold) return
    this.#interactionTold = true
    this.#counts = { ...this.#counts, interaction_ms: Math.round(ms) }
    this.#plan(SOON_MS)
  }

  /** The page stood still for so long. */
  longTask(ms: number): void {
    const { long_tasks, longest_ms } = this.#counts
    this.#counts = {
      ...this.#counts,
      long_tasks: long_tasks + 1,
      longest_ms: Math.max(longest_ms, Math.round(ms)),
    }
    this.#plan(long_tasks === 0 ? SOON_MS : SELDOM_MS)
  }

  /** A connection broke. */
  lost(): void {
    this.#counts = { ...this.#counts, lost: this.#counts.lost + 1 }
    this.#plan(SOON_MS)
  }

  /** The box is there again: what waited for it goes. */
  reachable(): void {
    if (this.#hasSomething()) this.#plan(SOON_MS)
  }

  /** Sends what there is, at once: the page is being left. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#due = Infinity
    if (this.#sending) this.#again = true
    else if (this.#hasSomething() && this.#around.mayReach()) void this.#send()
  }

  #plan(after: number): void {
    const wait = after === SOON_MS && this.#beacons >= SOON_MAX ? SELDOM_MS : after
    const due = Math.max(Date.now() + wait, this.#notBefore)
    if (due >= this.#due) return
    clearTimeout(this.#timer)
    this.#due = due
    this.#timer = setTimeout(() => this.flush(), due - Date.now())
  }

  #hasSomething(): boolean {
    const { long_tasks, lost, load_ms, interaction_ms } = this.#counts
    if (long_tasks > 0 || lost > 0 || load_ms !== undefined || interaction_ms !== undefined) return true
    return this.#waiting().length > 0
  }

  #waiting(): BeaconError[] {
    return [...this.#errors.values()].filter(({ count }) => count > 0)
  }

  async #send(): Promise<void> {
    this.#sending = true
    this.#again = false
    this.#beacons += 1
    const counts = this.#counts
    const waiting = this.#waiting()
    const errors = waiting.slice(0, BEACON_ERRORS_MAX)
    this.#counts = nothing
    this.#count(errors, -1)
    const sent = await this.#around.send({ version: this.#around.version, errors, ...counts })
    this.#sending = false
    this.#notBefore = Date.now() + BEACONS_APART_MS
    if (sent.is === 'later') {
      this.#count(errors, 1)
      this.#counts = joined(counts, this.#counts)
      this.#notBefore = Date.now() + (sent.retryMs ?? RETRY_MS)
    }
    if (sent.is === 'later' || this.#again || waiting.length > errors.length) this.#plan(SOON_MS)
  }

  /** Takes the counts of errors out of what waits, or puts them back. */
  #count(errors: readonly BeaconError[], sign: 1 | -1): void {
    for (const error of errors) {
      const key = keyOf(error)
      const now = this.#errors.get(key)
      if (now) this.#errors.set(key, { ...now, count: now.count + sign * error.count })
    }
  }
}

/** The same on the box. */
function keyOf({ name, text, stack }: Pick<BeaconError, 'name' | 'text' | 'stack'>): string {
  return `${name} ${text} ${stack[0]}`
}

function joined(one: Counts, other: Counts): Counts {
  return {
    ...one,
    ...other,
    long_tasks: one.long_tasks + other.long_tasks,
    longest_ms: Math.max(one.longest_ms, other.longest_ms),
    lost: one.lost + other.lost,
  }
}
