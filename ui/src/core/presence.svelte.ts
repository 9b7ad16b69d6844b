/** Who is here, and that we are writing. Nothing of it is kept by anybody. */
import { SvelteSet } from 'svelte/reactivity'
import type { ClientMessage, RoomId, UserId } from '../protocol'

/** The least time between two `typing` of ours. */
const TYPING_INTERVAL_MS = 3_000

export class Presence {
  /** Whether the box tells at this moment: while it does not, nobody is known to be here. */
  isTold = $state(false)

  #users = new SvelteSet<UserId>()
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
    this.#users.clear()
    for (const user of users) this.#users.add(user)
    this.#isWhole = true
  }

  /** Some came and some left; who did both is here. */
  change(came: readonly UserId[], left: readonly UserId[]): void {
    for (const user of left) this.#users.delete(user)
    for (const user of came) this.#users.add(user)
  }

  drop(user: UserId): void {
    this.#users.delete(user)
  }

  clear(): void {
    this.#users.clear()
    this.#isWhole = false
  }

  /** Says that keys are being pressed; call it as often as you like. */
  typing(room: RoomId): void {
    const now = this.#now()
    if (now - (this.#typingSaid.get(room) ?? 0) < TYPING_INTERVAL_MS) return
    if (this.#send({ type: 'typing', room })) this.#typingSaid.set(room, now)
  }
}
