/** Places where one's account was signed in to after this one, of which this device has not told yet. Pure. */
import type { Session, SessionId } from '../protocol'

/** `session` is null where that place is signed out again already. */
export type NewPlace = { readonly id: SessionId; readonly session: Session | null }

/**
 * What is to be told: `newest` is the last session that the account was given, `told` the last of which this device has
 * told before. One older than this device's own was there first, and it is the other that is told.
 */
export function newPlaces(sessions: readonly Session[], newest: SessionId, told: SessionId): NewPlace[] {
  const own = sessions.find((session) => session.current)?.id ?? newest
  const found: NewPlace[] = sessions
    .filter(({ id }) => id > own && (id > told || id === newest))
    .map((session) => ({ id: session.id, session }))
  const isKnown = newest === own || sessions.some(({ id }) => id === newest)
  // Who signs in and out again at once is told of all the same.
  if (!isKnown && newest > own) found.push({ id: newest, session: null })
  return found.sort((a, b) => b.id - a.id)
}
