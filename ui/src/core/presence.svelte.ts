/** Who is here, and that we are writing. Nothing of it is kept by anybody. */
import type { ClientMessage, RoomId, UserId } from '../protocol'

/** The least time between two `typing` of ours. */
const TYPING_INTERVAL_MS = 3_000

export class Presence {
  /** Whether the box tells at this moment: while it does not, nobody is known to be here. */
  isTold = $state(false)

  /** Another set with each change: the box gathers them, and nothing else in the first load needs a finer one. */
  #users = $state.raw<ReadonlySet<UserId>>(new Set())
  /** Whether it has told of everybody. */
  #isWhole = $state(false)
  #send: (message: ClientMessage) => boolean
  #now: () => number
  #typingSaid = new Map<RoomId, number>()

  constructor(send: (message: ClientMessage) => boolean, now: () => number) {
    this.#send = send
    this.#now = now
  }

  /** Before this, nobody being here means nothing. */
  get known(): boolean {
    return this.isTold && this.#isWhole
  }

  has(user: UserId): boolean {
    return this.known && this.#users.has(user)
  }

  /** Everybody who is here. */
  get users(): readonly UserId[] {
    return this.known ? [...this.#users] : []
  }

  /** The box says who is here. */
  become(users: readonly UserId[]): void {
    this.#users = new Set(users)
    this.#isWhole = true
  }

  /** Some came and some left; who did both is here. */
  change(came: readonly UserId[], left: readonly UserId[]): void {
    const users = new Set(this.#users)
    for (const user of left) users.delete(user)
    for (const user of came) users.add(user)
    this.#users = users
  }

  drop(user: UserId): void {
    this.change([], [user])
  }

  clear(): void {
    this.#users = new Set()
    this.#isWhole = false
  }

  /** Says that keys are being pressed; call it as often as you like. */
  typing(room: RoomId): void {
    const now = this.#now()
    if (now - (this.#typingSaid.get(room) ?? 0) < TYPING_INTERVAL_MS) return
    if (this.#send({ type: 'typing', room })) this.#typingSaid.set(room, now)
  }
}
