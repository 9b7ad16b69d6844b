/**
 * Coming in and going out: who the box is, who is signed in here, and the attempts to be. What is to be done about it
 * is the chat's, which is told.
 */
import type { BoxInfo, User } from '../protocol'
import type * as Api from './api'
import { faultCode, Refusal } from './api'
import type { Attempts } from './attempts'
import { ATTEMPTS_KEY } from './attemptsKey'
import { BACKOFF_MS } from './connection'
import type { Surroundings } from './surroundings'

/**
 * `starting`: asking the box who we are. `unreachable`: it did not answer, we try again.
 * `outside`: nobody is signed in. `inside`: somebody is. `taken_over`: was signed in, until the account
 * signed in elsewhere. `ended`: was signed in, until the session ended.
 */
export type Phase = 'starting' | 'unreachable' | 'outside' | 'inside' | 'taken_over' | 'ended'

export type EntryHearer = {
  /** Somebody is signed in now; `before`, who was until then, may be the same. */
  entered(user: User, before: User | null): void
  /** Nobody is any more. With `erase` nothing of them is to stay on this device. */
  left(how: { erase: boolean }): void
}

export class Entry {
  phase = $state<Phase>('starting')
  /** While `unreachable`: it is there, and has too much to do. */
  isBusy = $state(false)
  /** Who the box is; null until it answered once. */
  box = $state.raw<BoxInfo | null>(null)
  /** Who is signed in; kept after `taken_over` and `ended`, to offer the way back. */
  me = $state.raw<User | null>(null)
  /** Whether the box has let a try to come in go by, and the next is on its way. */
  goesOn = $state(false)
  /** Whether one can come back on another device. */
  hasPassword = $state(true)

  #around: Surroundings
  #api: typeof Api
  #hearer: EntryHearer
  /** Null until somebody comes in by a form: most first looks at a chat need none of it. */
  #attempts: Promise<Attempts> | null = null
  #startFailures = 0
  #startTimer: ReturnType<typeof setTimeout> | undefined

  constructor(around: Surroundings, hearer: EntryHearer) {
    this.#around = around
    this.#api = around.api
    this.#hearer = hearer
  }

  /** Asks the box who it is and who we are; again, with growing waits, while it does not answer. */
  async start(): Promise<void> {
    clearTimeout(this.#startTimer)
    const [box, me] = await Promise.allSettled([this.#api.box(), this.#api.me()])
    if (this.phase === 'inside') return
    if (box.status === 'fulfilled') this.box = box.value
    if (me.status === 'fulfilled') {
      this.#enter(me.value.user, me.value.has_password)
    } else if (box.status === 'fulfilled' && faultCode(me.reason) === 'not_signed_in') {
      this.phase = 'outside'
    } else {
      this.isBusy = faultCode(box.status === 'rejected' ? box.reason : me.reason) === 'busy'
      this.phase = 'unreachable'
      const wait = BACKOFF_MS[Math.min(this.#startFailures++, BACKOFF_MS.length - 1)]!
      this.#startTimer = setTimeout(() => void this.start(), wait)
    }
  }

  /** Makes an account and enters. Throws a `Refusal`. */
  async register(name: string, password: string): Promise<User> {
    const user = await this.#attempt(`register ${name}`, (attempt) =>
      this.#api.register({ name, password, attempt }),
    )
    this.#enter(user, true)
    return user
  }

  /** Makes an account by an invite and enters; without a password it lives on this device only. */
  async join(token: string, name: string, password?: string): Promise<User> {
    const form = password ? { name, password } : { name }
    const user = await this.#attempt(`join ${token} ${name}`, (attempt) =>
      this.#api.join(token, { ...form, attempt }),
    )
    this.#enter(user, password !== undefined && password !== '')
    return user
  }

  /** Signs in and enters. Throws a `Refusal`, `in_use_elsewhere` with the places. */
  async signIn(name: string, password: string, takeover = false): Promise<User> {
    const user = await this.#attempt(`login ${name}`, (attempt) =>
      this.#api.login({ name, password, takeover, attempt }),
    )
    this.#enter(user, true)
    return user
  }

  /** Signs out here and leaves nothing behind on this device. */
  async signOut(): Promise<void> {
    await this.#api.logout()
    this.leave('outside', { erase: true })
  }

  /** After the account was deleted: there is nobody to sign out. */
  forgetAccount(): void {
    this.leave('outside', { erase: true })
  }

  /** From `taken_over` or `ended` to the sign-in. */
  goOutside(): void {
    this.phase = 'outside'
    void this.#api.box().then(
      (box) => (this.box = box),
      () => {},
    )
  }

  leave(phase: 'outside' | 'taken_over' | 'ended', { erase }: { erase: boolean }): void {
    this.#hearer.left({ erase })
    if (erase) this.me = null
    if (phase === 'outside') this.goOutside()
    else this.phase = phase
  }

  /** A browser hides why an upgrade was refused; a plain request tells. */
  async askWhetherSignedIn(): Promise<void> {
    try {
      await this.#api.me()
    } catch (thrown) {
      if (this.phase === 'inside' && faultCode(thrown) === 'not_signed_in')
        this.leave('ended', { erase: false })
    }
  }

  #enter(user: User, hasPassword: boolean): void {
    const before = this.me
    this.hasPassword = hasPassword
    this.#forgetAttempts()
    this.me = user
    this.phase = 'inside'
    this.#startFailures = 0
    this.#hearer.entered(user, before)
  }

  /** An attempt to come in, repeated while the box does not answer. */
  async #attempt(what: string, send: (secret: string) => Promise<User>): Promise<User> {
    this.goesOn = false
    // Without a cookie nobody is signed in, and an account made here would be lost at once.
    const sendWhereKept = async (secret: string) => {
      if (await this.#api.keepsCookies()) return send(secret)
      throw new Refusal('cookies_blocked')
    }
    try {
      const attempts = await (this.#attempts ??= this.#loadAttempts())
      return await attempts.make(what, sendWhereKept, () => (this.goesOn = true))
    } finally {
      this.goesOn = false
    }
  }

  async #loadAttempts(): Promise<Attempts> {
    try {
      const { Attempts } = await import('./attempts')
      const { storage, world } = this.#around
      const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
      return new Attempts({ storage, now: world.now, wait })
    } catch {
      this.#attempts = null
      throw new Refusal('unreachable')
    }
  }

  /** Whatever was attempted is over, also in a page before this one. */
  #forgetAttempts(): void {
    void this.#attempts?.then((attempts) => attempts.forget())
    try {
      this.#around.storage?.removeItem(ATTEMPTS_KEY)
    } catch {
      // A forbidden storage has nothing either.
    }
  }
}
