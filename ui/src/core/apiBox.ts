/**
 * The HTTP requests that only some screens make: coming in, searching, invites, doors, and what the
 * owner looks after. Apart from
 * `api.ts`, so that the first load stays small.
 */
import type {
  BoxClock,
  CodeAnswer,
  CookieProbe,
  Credentials,
  DeleteMe,
  DoorList,
  Gallery,
  HistoryPage,
  Invite,
  Invited,
  InviteId,
  Join,
  ListedRoom,
  Member,
  Monitored,
  NewInvite,
  PatchMe,
  PatchSettings,
  Report,
  ResetPassword,
  RoomId,
  RoomPage,
  SearchPage,
  SeenBy,
  Seq,
  Session,
  SessionId,
  Settings,
  Storage,
  UploadLimits,
  User,
  UserAnswer,
  UserId,
} from '../protocol'
import { ask, query } from './api'

/** Measuring the disk and asking the network take their time on a small board. */
const CHECK_WAIT_MS = 60_000

/** Messages of a room that bring something of a kind, the newest before `before`; `limit` is 1 to 100. */
export const galleryPage = (room: RoomId, gallery: Gallery, before: Seq | undefined, limit: number) =>
  ask<HistoryPage>(
    'GET',
    `/api/rooms/${room}/galleries/${gallery}?limit=${limit}${before === undefined ? '' : `&before=${before}`}`,
  )

/** Whether this browser keeps cookies of this box. (`navigator.cookieEnabled` knows nothing of extensions and sites.) */
export async function keepsCookies(): Promise<boolean> {
  const probe = () => ask<CookieProbe>('GET', '/api/cookie').then(({ kept }) => kept)
  return (await probe()) || probe()
}

export const register = (credentials: Credentials) =>
  ask<UserAnswer>('POST', '/api/register', credentials).then((answer) => answer.user)
/** Refused with `in_use_elsewhere` and the places, unless `takeover`. */
export const login = (credentials: Credentials) =>
  ask<UserAnswer>('POST', '/api/login', credentials).then((answer) => answer.user)
/** Enters by an invite. */
export const join = (token: string, form: Join) =>
  ask<UserAnswer>('POST', `/api/join/${encodeURIComponent(token)}`, form).then((answer) => answer.user)
/** Who has seen a message of one's own. */
export const seenBy = (room: RoomId, message: Seq) =>
  ask<SeenBy>('GET', `/api/rooms/${room}/seen?message=${message}`)

/** What one is invited to. Needs no session. */
export const invited = (token: string) => ask<Invited>('GET', `/api/join/${encodeURIComponent(token)}`)

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

/** What an owner does with the account of somebody else. */
export const makeOwner = (id: UserId): Promise<User> =>
  ask<UserAnswer>('PUT', `/api/people/${id}/owner`).then((answer) => answer.user)
export const revokeOwner = (id: UserId): Promise<User> =>
  ask<UserAnswer>('DELETE', `/api/people/${id}/owner`).then((answer) => answer.user)
export const signOutPerson = (id: UserId) => ask<void>('DELETE', `/api/people/${id}/sessions`)
export const deleteAccount = (id: UserId) => ask<void>('DELETE', `/api/people/${id}/account`)
export const giveCode = (id: UserId) => ask<CodeAnswer>('POST', `/api/people/${id}/code`)

/** A new password by a code. Needs no session, and gives one. */
export const resetPassword = (reset: ResetPassword): Promise<User> =>
  ask<UserAnswer>('POST', '/api/reset', reset).then((answer) => answer.user)

/** The addresses that lead to the box, and how its certificate authority is recognized. */
export const doors = () => ask<DoorList>('GET', '/api/doors')

export const checkBox = () => ask<Report>('GET', '/api/doctor', undefined, { waitMs: CHECK_WAIT_MS })
/** Only what the box knows without looking: cheap enough to be asked every few minutes. */
export const quickCheck = () => ask<Report>('GET', '/api/doctor?quick=true')

/** What pages have told of themselves. */
export const monitored = () => ask<Monitored>('GET', '/api/monitor')
export const clearMonitored = () => ask<void>('DELETE', '/api/monitor')

/** What one may bring at the moment. */
export const uploadLimits = () => ask<UploadLimits>('GET', '/api/uploads')

/** What files take, and whose they are. */
export const storage = () => ask<Storage>('GET', '/api/storage')

export const clock = () => ask<BoxClock>('GET', '/api/clock')
export const setClock = (now: number) => ask<BoxClock>('PUT', '/api/clock', { now })

export const settings = () =>
  ask<{ settings: Settings }>('GET', '/api/settings').then((answer) => answer.settings)
export const changeSettings = (change: PatchSettings) =>
  ask<{ settings: Settings }>('PATCH', '/api/settings', change).then((answer) => answer.settings)
export const deleteMe = (confirmation: DeleteMe) => ask<void>('DELETE', '/api/me', confirmation)
/** The picture as its file: the box decodes it, makes its sizes and drops what the camera wrote into it. */
export const putPicture = (file: Blob) =>
  ask<UserAnswer>('PUT', '/api/me/picture', file).then((answer) => answer.user)
export const deletePicture = () => ask<UserAnswer>('DELETE', '/api/me/picture').then((answer) => answer.user)
export const changeMe = (change: PatchMe) =>
  ask<UserAnswer>('PATCH', '/api/me', change).then((answer) => answer.user)
export const sessions = () =>
  ask<{ sessions: Session[] }>('GET', '/api/sessions').then((answer) => answer.sessions)
export const endSession = (id: SessionId) => ask<void>('DELETE', `/api/sessions/${id}`)

/** Archived rooms one is in, the newest first: those with an id below `before`. */
export const archivedRooms = (before?: RoomId) =>
  ask<RoomPage>('GET', `/api/rooms/archived?${query({ before })}`)

/** What is searched for: the words, and whom, where and when the person means. */
export type SearchAsked = {
  readonly q: string
  readonly from_id?: UserId | undefined
  readonly room_id?: RoomId | undefined
  /** Sent at this time or after, and before this one, in milliseconds since 1970. */
  readonly after_at?: number | undefined
  readonly before_at?: number | undefined
}

/** A page of search results, newest first; `cursor` is the `next` of the page before. */
export const search = (asked: SearchAsked, cursor: string | null = null, limit = 20, signal?: AbortSignal) =>
  ask<SearchPage>(
    'GET',
    `/api/search?${query({ ...asked, limit, cursor: cursor ?? undefined })}`,
    undefined,
    {
      signal,
    },
  )

/** Open rooms, joined or not. */
export const listedRooms = () =>
  ask<{ rooms: ListedRoom[] }>('GET', '/api/rooms').then((answer) => answer.rooms)
export const members = (room: RoomId) =>
  ask<{ members: Member[] }>('GET', `/api/rooms/${room}/members`).then((answer) => answer.members)
