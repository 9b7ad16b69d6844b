/**
 * Going for good. That it is wished is kept on this device before the box is asked: whatever happens then (the close of the
 * connection overtakes the answer, the answer is lost, the page is closed), what is left here is erased.
 */
import type { User } from '../protocol'
import { faultCode } from './api'
import type { Entry } from './entry.svelte'
import type { Kept } from './kept'

/**
 * Signs out here and leaves nothing behind; says whether the box knows of it. Where it does not answer the person is out
 * here all the same, and the box is told again before the page lets them in.
 */
export async function signOut(entry: Entry, logout: () => Promise<void>): Promise<boolean> {
  const { me } = entry
  const { kept } = entry
  if (!me) return true
  kept.accounts.leave(me, 'sign_out')
  const isTold = await tellSignedOut(me, kept, logout)
  // Without a password nobody comes back by themselves: a word of farewell says how.
  entry.leaveAs(me, entry.hasPassword ? undefined : 'left')
  if (!isTold && !entry.me) entry.keepTrying()
  return isTold
}

/** Tells the box that this person has signed out; says whether it knows now. */
export async function tellSignedOut(user: User, kept: Kept, logout: () => Promise<void>): Promise<boolean> {
  try {
    await logout()
  } catch (thrown) {
    if (faultCode(thrown) !== 'not_signed_in') return false
  }
  kept.gone(user)
  return true
}

/** Deletes the account by `remove`, and leaves nothing behind. Throws the `Refusal` by which the box would not. */
export async function deleteAccount(entry: Entry, remove: () => Promise<void>): Promise<void> {
  const { me } = entry
  const { kept } = entry
  if (!me) return
  kept.accounts.leave(me, 'deletion')
  try {
    await remove()
  } catch (thrown) {
    // Without an answer it may be done: then nothing is kept until the person comes in again.
    if (faultCode(thrown) !== 'unreachable') kept.accounts.enter(me)
    throw thrown
  }
  kept.gone(me)
  entry.leaveAs(me, 'deleted')
}
