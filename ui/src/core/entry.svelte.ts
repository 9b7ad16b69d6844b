/**
 * Coming in and going out: who the box is, and who is signed in here. What is to be done about it is the chat's, which is
 * told; what comes in by a form is `comingIn`.
 */
import type { BoxInfo, Me, SessionEnd, User } from '../protocol'
import { ACCOUNTS_KEY, accountOf } from './account'
import { faultCode, type Refusal } from './api'
import { ATTEMPTS_KEY } from './attemptsKey'
import type { Recalled } from './cache'
import { BACKOFF_MS } from './connection'
import type { Kept } from './kept'
import type { Api, Surroundings } from './surroundings'

/**
 * `starting`: asking the box who we are. `unreachable`: it did not answer, we try again.
 * `outside`: nobody is signed in. `inside`: somebody is. `ended`: somebody was, until the session ended.
 */
export type Phase = 'starting' | 'unreachable' | 'outside' | 'inside' | 'ended'

/** Why nobody is signed in here any more: as the box says; or the account was deleted, or left without a password, here. */
export type Ended = SessionEnd | 'deleted' | 'left'

/** What is kept and does not come in time is not waited for. */
const RECALL_WAIT_MS = 1_000

export type EntryHearer = {
  /**
   * Somebody is signed in now; `before`, who was until then, may be the same. `recalled`: what is kept of them, where the
   * box has not said yet that they are.
   */
  entered(user: User, before: User | null, recalled: Recalled | null): void
  /** Nobody is any more. */
  left(): void
}

export class Entry {
  phase = $state<Phase>('starting')
  /** With `ended`: why, as far as anybody knows. */
  ended = $state<Ended>()
  /** While `unreachable`: it is there, and has too much to do. */
  isBusy = $state(false)
  /** Who the box is; null until it answered once. */
  box = $state.raw<BoxInfo | null>(null)
  /** Who is signed in; kept after `ended`, to offer the way back. */
  me = $state.raw<User | null>(null)
  /** Whether one can come back on another device. */
  hasPassword = $state(true)
  /** What is kept on this device. */
  readonly kept: Kept
  /** Counts who came in, the same person again, too. */
  entries = 0

  #around: Surroundings
  #api: Api
  #hearer: EntryHearer
  /** Whether the box has said who is signed in, and not only what is kept here. */
  #isSure = false
  #isAsking = false
  /** Counts those who left: what was asked before says nothing of who is here now. */
  #leaves = 0
  #startFailures = 0
  #startTimer: ReturnType<typeof setTimeout> | undefined

  constructor(around: Surroundings, hearer: EntryHearer) {
    this.#around = around
    this.#api = around.api
    this.kept = around.kept
    this.#hearer = hearer
  }

  /**
   * Asks the box who it is and who we are; again, with growing waits, while it does not answer. Whoever was here last is in
   * meanwhile, with what is kept of their chats.
   */
  async start(): Promise<void> {
    clearTimeout(this.#startTimer)
    const leaves = this.#leaves
    this.#isAsking = true
    const asked = Promise.allSettled([this.#api.box(), this.#api.me()])
    if (this.phase === 'starting')
      await Promise.race([this.#recall(), new Promise((resolve) => setTimeout(resolve, RECALL_WAIT_MS))])
    const [box, me] = await asked
    this.#isAsking = false
    if (this.#isSure || leaves !== this.#leaves) return
    if (box.status === 'fulfilled') this.box = box.value
    if (me.status === 'fulfilled') {
      await this.#admit(me.value)
    } else if (
      box.status === 'fulfilled' &&
      me.status === 'rejected' &&
      faultCode(me.reason) === 'not_signed_in'
    ) {
      const { ended }: Refusal = me.reason
      if (this.phase === 'inside') this.over(ended)
      else {
        this.ended = ended
        this.phase = ended ? 'ended' : 'outside'
      }
      this.kept.nobodyIsIn()
    } else if (this.phase !== 'inside') {
      const failed = [box, me].find(({ status }) => status === 'rejected')
      this.isBusy = failed?.status === 'rejected' && faultCode(failed.reason) === 'busy'
      this.keepTrying()
    }
  }

  /** Asks again after a while, as long as the box does not say who is here. */
  keepTrying(): void {
    this.phase = 'unreachable'
    const wait = BACKOFF_MS[Math.min(this.#startFailures++, BACKOFF_MS.length - 1)]!
    this.#startTimer = setTimeout(() => void this.start(), wait)
  }

  /** The box answers: what it is and who is signed in is asked, where only what is kept here has told so far. */
  confirm(): void {
    if (!this.#isSure && !this.#isAsking) void this.start()
  }

  /** Somebody has come in by a form. */
  comeIn(user: User, hasPassword: boolean): void {
    // Whoever is in goes first: nothing of theirs is to be seen or heard by another.
    if (this.phase === 'inside') this.#hearer.left()
    this.enter(user, hasPassword)
  }

  /** From `ended` to the sign-in. */
  goOutside(): void {
    this.ended = undefined
    this.phase = 'outside'
    void this.#api.box().then(
      (box) => (this.box = box),
      () => {},
    )
  }

  /** The session has ended. Whoever wished it so is simply out. */
  over(ended: Ended | undefined): void {
    const { me } = this
    if (this.#isWished) {
      this.#leave('outside')
      return
    }
    this.#leave('ended', ended)
    // Of an account that is gone nobody comes back for what was left here.
    if (!me || !isForGood(ended)) return
    this.me = null
    this.kept.gone(me)
  }

  /** This person goes for good; nothing happens where it is somebody else who is here. With `ended` that is said first. */
  leaveAs(user: User, ended?: Ended): void {
    if (this.me && accountOf(this.me) !== accountOf(user)) return
    if (this.me) this.#leave(ended ? 'ended' : 'outside', ended)
    else if (ended && this.phase === 'outside') {
      // The close of the connection was quicker.
      this.ended = ended
      this.phase = 'ended'
    }
    this.me = null
  }

  /**
   * A browser hides why an upgrade was refused, and a close says little: a plain request tells. `isOver`: the connection has
   * ended for good.
   */
  async askWhetherSignedIn(isOver = false): Promise<void> {
    if (isOver && this.#isWished) {
      this.over(undefined)
      return
    }
    const leaves = this.#leaves
    const told = await this.#api.me().catch((refusal: Refusal) => refusal)
    if (this.phase !== 'inside' || leaves !== this.#leaves) return
    if ('user' in told) {
      // Another tab of this browser has signed in anew.
      if (isOver) this.enter(told.user, told.has_password)
    } else if (isOver || faultCode(told) === 'not_signed_in') this.over(told.ended)
  }

  /** Whether whoever is here has asked to go. */
  get #isWished(): boolean {
    return this.me !== null && !this.kept.accounts.has(accountOf(this.me))
  }

  /** Somebody is signed in; `isSure` unless not all of it was told by the box. */
  enter(user: User, hasPassword: boolean, isSure = true, recalled: Recalled | null = null): void {
    const before = this.me
    this.hasPassword = hasPassword
    this.#isSure = isSure
    this.entries += 1
    this.#forgetAttempts()
    this.me = user
    this.ended = undefined
    this.phase = 'inside'
    this.#startFailures = 0
    this.#hearer.entered(user, before, recalled)
  }

  #leave(phase: 'outside' | 'ended', ended?: Ended): void {
    this.#leaves += 1
    this.#isSure = false
    this.#hearer.left()
    this.ended = ended
    this.phase = phase
    if (phase !== 'outside') return
    this.me = null
    this.goOutside()
  }

  /** Lets in who was here last, by what is kept of them. */
  async #recall(): Promise<void> {
    try {
      if (!this.#around.storage?.getItem(ACCOUNTS_KEY)) return
      const recalled = await this.kept.recall()
      if (!recalled || this.phase !== 'starting') return
      const { box, me, has_password } = recalled.head
      this.box = box
      this.enter(me, has_password, false, recalled)
    } catch {
      // Then the box tells.
    }
  }

  async #admit({ user, has_password }: Me): Promise<void> {
    if (!this.kept.accounts.hasSignedOut(user)) {
      this.enter(user, has_password)
      return
    }
    // What the box does not give any more after an update, or now, it may give the next time.
    const leaving = await import('./leaving').catch(() => null)
    if (await leaving?.tellSignedOut(user, this.kept, this.#api.logout)) this.goOutside()
    else this.keepTrying()
  }

  /** Whatever was attempted is over, also in a page before this one. */
  #forgetAttempts(): void {
    try {
      this.#around.storage?.removeItem(ATTEMPTS_KEY)
    } catch {
      // A forbidden storage has nothing either.
    }
  }
}

/** Whether there is no account any more to come back to. */
function isForGood(ended: Ended | undefined): boolean {
  return ended === 'account_deleted' || ended === 'account_deleted_by_owner' || ended === 'stay_ended'
}
