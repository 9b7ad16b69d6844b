/** What an invite is good for, and through which door it leads. Pure; times are the box's. */
import type { Door, Invite, InviteRole, Room } from '../protocol'

/** `used`: it was for one person, who has come. */
export type InviteState = 'good' | 'used' | 'ended'

export function inviteState(
  invite: Pick<Invite, 'once' | 'joined' | 'ends_at'>,
  boxNow: number,
): InviteState {
  if (invite.once && invite.joined > 0) return 'used'
  return invite.ends_at !== null && invite.ends_at <= boxNow ? 'ended' : 'good'
}

/** Whether it lets nobody in for now: it is for guests, and the owner takes none. */
export const isPaused = (invite: Pick<Invite, 'role'>, guestsMayCome: boolean) =>
  invite.role === 'guest' && !guestsMayCome

type MayHaveGuests = { readonly settings: Pick<Room['settings'], 'archived' | 'guests'> }

/** What people become by an invite that can be made as it is offered: guests need a room that is open to them. */
export function roleToOffer(rooms: Iterable<MayHaveGuests>, guestsMayCome: boolean): InviteRole {
  const isOpen = [...rooms].some(({ settings }) => settings.guests && !settings.archived)
  return guestsMayCome && isOpen ? 'guest' : 'member'
}

/** Spans one chooses from, in seconds; 0 stands for no end. */
export const SPANS_S = [3_600, 86_400, 3 * 86_400, 7 * 86_400, 30 * 86_400, 0] as const

/**
 * The door that a QR code shows first. An address, because many phones cannot open names that end in `.local`;
 * among several the one this page came through, which is known to work from here.
 */
export function doorForQr(doors: readonly Door[], host: string): Door | undefined {
  const addresses = doors.filter((door) => door.kind === 'address')
  return addresses.find((door) => hostOf(door) === host) ?? addresses[0] ?? doors[0]
}

/** Host and port of a door, as the person reads it. */
export const hostOf = (door: Door) => new URL(door.url).host

/**
 * What lies before the page: `plain` leads newcomers through the guide that tells how to trust the box, and on;
 * `url` is for devices that trust it already.
 */
export type Way = 'plain' | 'url'

/** A path of the page, such as `/j/…`, through a door. */
export const throughDoor = (door: Door, way: Way, path: string) => new URL(path, door[way]).href
