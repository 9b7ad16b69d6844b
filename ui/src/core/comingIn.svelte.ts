/**
 * Coming in by a form: a new account, an invite, a name with its password, a code. Its own world is handed in. It comes with
 * the screens that have such a form: most first looks at a chat need none of it.
 */
import type { User } from '../protocol'
import { Refusal } from './api'
import type * as all from './apiBox'
import type { Attempts } from './attempts'
import type { Entry } from './entry.svelte'

/** What it asks of the box. */
export type ComingInApi = Pick<typeof all, 'join' | 'keepsCookies' | 'login' | 'register'>

export class ComingIn {
  /** Whether the box has let a try to come in go by, and the next is on its way. */
  goesOn = $state(false)

  #entry: Entry
  #api: ComingInApi
  #attempts: Attempts
  /** How many had come in when something was attempted last. */
  #entries = 0

  constructor(entry: Entry, api: ComingInApi, attempts: Attempts) {
    this.#entry = entry
    this.#api = api
    this.#attempts = attempts
  }

  /** Makes an account and enters. Throws a `Refusal`. */
  register(name: string, password: string): Promise<User> {
    return this.by(`register ${name}`, true, (attempt) => this.#api.register({ name, password, attempt }))
  }

  /** Makes an account by an invite and enters; without a password it lives on this device only. */
  join(token: string, name: string, password?: string): Promise<User> {
    const form = password ? { name, password } : { name }
    return this.by(`join ${token} ${name}`, !!password, (attempt) =>
      this.#api.join(token, { ...form, attempt }),
    )
  }

  /** Signs in and enters. Throws a `Refusal`, `in_use_elsewhere` with the places. */
  signIn(name: string, password: string, takeover = false): Promise<User> {
    return this.by(`login ${name}`, true, (attempt) => this.#api.login({ name, password, takeover, attempt }))
  }

  /**
   * Comes in by a request, repeated while the box does not answer, with or without a password. `what` are the same words
   * for the same attempt, and are kept on this device.
   */
  async by(what: string, hasPassword: boolean, send: (secret: string) => Promise<User>): Promise<User> {
    // Somebody came in another way: what was attempted before that is over.
    if (this.#entries !== this.#entry.entries) this.#attempts.forget()
    this.#entries = this.#entry.entries
    this.goesOn = false
    // Without a cookie nobody is signed in, and an account made here would be lost at once.
    const sendWhereKept = async (secret: string) => {
      if (await this.#api.keepsCookies()) return send(secret)
      throw new Refusal('cookies_blocked')
    }
    try {
      const user = await this.#attempts.make(what, sendWhereKept, () => (this.goesOn = true))
      this.#entry.comeIn(user, hasPassword)
      return user
    } finally {
      this.goesOn = false
    }
  }
}
