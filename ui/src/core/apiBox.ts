/**
 * The HTTP requests that only some screens make: invites, doors, and what the owner looks after. Apart from
 * `api.ts`, so that the first load stays small.
 */
import type {
  Clock,
  DoorList,
  Invite,
  Invited,
  InviteId,
  NewInvite,
  Report,
  User,
  UserAnswer,
  UserId,
} from '../protocol'
import { ask } from './api'
import { wellFormed } from './wellFormed'

/** Measuring the disk and asking the network take their time on a small board. */
const CHECK_WAIT_MS = 60_000

/** What one is invited to. Needs no session. */
export const invited = (token: string) =>
  ask<Invited>('GET', `/api/join/${encodeURIComponent(wellFormed(token))}`)

export const invites = () =>
  ask<{ invites: Invite[] }>('GET', '/api/invites').then((answer) => answer.invites)
export const makeInvite = (invite: NewInvite) =>
  ask<{ invite: Invite }>('POST', '/api/invites', invite).then((answer) => answer.invite)
export const withdrawInvite = (id: InviteId) => ask<void>('DELETE', `/api/invites/${id}`)

/** Makes a guest a member, for good. */
export const makeMember = (id: UserId): Promise<User> =>
  ask<UserAnswer>('PATCH', `/api/people/${id}`, { role: 'member' }).then((answer) => answer.user)
/** How many rooms this person has made. */
export const roomsMade = (id: UserId) =>
  ask<{ made: number }>('GET', `/api/people/${id}/rooms`).then((answer) => answer.made)
/** Removes them all, with everything in them. */
export const removeRooms = (id: UserId) =>
  ask<void>('DELETE', `/api/people/${id}/rooms`, undefined, { waitMs: CHECK_WAIT_MS })
/** Ends a guest's stay, at once. */
export const endStay = (id: UserId) => ask<void>('DELETE', `/api/people/${id}`)

/** The addresses that lead to the box, and how its certificate authority is recognized. */
export const doors = () => ask<DoorList>('GET', '/api/doors')

export const checkBox = () => ask<Report>('GET', '/api/doctor', undefined, { waitMs: CHECK_WAIT_MS })
/** Only what the box knows without looking: cheap enough to be asked every few minutes. */
export const quickCheck = () => ask<Report>('GET', '/api/doctor?quick=true')

export const clock = () => ask<Clock>('GET', '/api/clock')
export const setClock = (now: number) => ask<Clock>('PUT', '/api/clock', { now })
