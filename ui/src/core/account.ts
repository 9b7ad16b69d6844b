/** Which account something on this device belongs to. */
import type { User } from '../protocol'

/**
 * An account's number and when it was made: numbers begin anew on every box, and two boxes may answer to the same address
 * one after the other.
 */
export type Account = string

export const accountOf = ({ id, since }: Pick<User, 'id' | 'since'>): Account => `${id}.${since}`

/** Where `KeptAccounts` has its list; here, so that it is seen without being loaded that nobody was ever here. */
export const ACCOUNTS_KEY = 'porch.accounts'
