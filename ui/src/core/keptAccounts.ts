/**
 * Of whom something may be kept on this device: whoever came in here and has not asked to go. All else that is found here
 * is erased, by whatever tab and in whatever order it was written: so it is enough to strike an account from this list
 * before anything else is done about it.
 */
import type { User } from '../protocol'
import { ACCOUNTS_KEY, type Account, accountOf } from './account'

/**
 * How far somebody is on the way out: has asked to sign out, or to have the account deleted, and the box may not know;
 * `gone`: it does, and what is here is to be erased.
 */
export type Leaving = 'sign_out' | 'deletion' | 'gone'
/** Ascending by when they came in. */
type Listed = readonly { readonly account: Account; readonly leaving?: Leaving }[]

/** On a computer that many share sessions also end elsewhere; what the one before the last eight left unsent is given up. */
export const ACCOUNTS_MAX = 8

export type KeptStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

export class KeptAccounts {
  #storage: KeptStorage | null
  /** Where the browser stores nothing: as long as the page lives. */
  #inMemory: Listed = []

  constructor(storage: KeptStorage | null) {
    this.#storage = storage
  }

  /** Whether anything may be kept of them. */
  has(account: Account): boolean {
    const listed = this.#find(account)
    return listed !== undefined && !listed.leaving
  }

  /** Whether they came in last, of all who may keep anything: the next page is opened for them. */
  isLast(account: Account): boolean {
    return this.has(account) && this.#read().at(-1)?.account === account
  }

  get isEmpty(): boolean {
    return this.#read().length === 0
  }

  /** Whether this person has signed out, and the box may not know. */
  hasSignedOut(user: User): boolean {
    return this.#find(accountOf(user))?.leaving === 'sign_out'
  }

  /** Whether this person has gone, by whatever tab. An account that is being deleted may yet stay. */
  hasGone(user: User): boolean {
    const listed = this.#find(accountOf(user))
    return !listed || listed.leaving === 'sign_out' || listed.leaving === 'gone'
  }

  /** Somebody is in. */
  enter(user: User): void {
    this.#put({ account: accountOf(user) })
  }

  /** Somebody asks to go, or has gone. */
  leave(user: User, leaving: Leaving): void {
    this.#put({ account: accountOf(user), leaving })
  }

  /** The box says that nobody is signed in here: whoever was on the way out has gone. */
  endLeaving(): void {
    const listed = this.#read()
    const isAny = listed.some(({ leaving }) => leaving && leaving !== 'gone')
    if (isAny) this.#write(listed.map((one) => (one.leaving ? { ...one, leaving: 'gone' } : one)))
  }

  /** What those who have gone left here is erased. */
  sweep(): void {
    const listed = this.#read()
    const left = listed.filter(({ leaving }) => leaving !== 'gone')
    if (left.length < listed.length) this.#write(left)
  }

  #put(one: Listed[number]): void {
    this.#write([...this.#without(one.account), one].slice(-ACCOUNTS_MAX))
  }

  #find(account: Account): Listed[number] | undefined {
    return this.#read().find((one) => one.account === account)
  }

  #without(account: Account): Listed {
    return this.#read().filter((one) => one.account !== account)
  }

  /** Each time anew: other tabs write it too. */
  #read(): Listed {
    if (!this.#storage) return this.#inMemory
    try {
      const listed: unknown = JSON.parse(this.#storage.getItem(ACCOUNTS_KEY) ?? '[]')
      return Array.isArray(listed) ? (listed as Listed) : []
    } catch {
      return []
    }
  }

  #write(listed: Listed): void {
    this.#inMemory = listed
    try {
      if (listed.length > 0) this.#storage?.setItem(ACCOUNTS_KEY, JSON.stringify(listed))
      else this.#storage?.removeItem(ACCOUNTS_KEY)
    } catch {
      // Full: better that nothing is kept of anybody than something of one who has gone.
      this.#storage?.removeItem(ACCOUNTS_KEY)
    }
  }
}
