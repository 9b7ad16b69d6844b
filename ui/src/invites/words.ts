/** How an invite is told: for whom, into which rooms, until when. */
import { chat } from '../chat'
import { boxNow } from '../core/api'
import { inviteState, isPaused } from '../core/invites'
import { formatList, formatWhen, t } from '../i18n/box'
import { roomTitle } from '../names'
import type { Invite, ListedRoom, RoomId } from '../protocol'

/** Its note, else for whom it is. */
export function inviteTitle(invite: Invite): string {
  if (invite.note !== '') return invite.note
  return invite.once ? t('invites.once') : t('invites.everybody')
}

/** "As a guest · Until 20 November · 3 people joined". */
export function inviteLine(invite: Invite): string {
  const parts = [t(invite.role === 'guest' ? 'invites.asGuest' : 'invites.asMember'), inviteUntil(invite)]
  if (!invite.once) {
    parts.push(invite.joined === 0 ? t('invites.joinedNone') : t('invites.joined', { n: invite.joined }))
  }
  if (isPausedNow(invite)) parts.push(t('invites.paused'))
  return parts.join(' · ')
}

/** Whether an invite that is good otherwise does not work, because guests are off. */
export const isPausedNow = (invite: Invite) =>
  inviteState(invite, boxNow()) === 'good' && isPaused(invite, chat.box?.guests !== false)

export function inviteUntil(invite: Invite): string {
  const now = boxNow()
  const state = inviteState(invite, now)
  if (state !== 'good') return t(`invites.${state}`)
  if (invite.ends_at === null) return t('invites.untilWithdrawn')
  // The reader's clock, where the invite's time is the box's.
  return t('invites.until', { when: formatWhen(invite.ends_at - now + Date.now()) })
}

export function inviteRooms(invite: Invite, listed: readonly ListedRoom[]): string {
  return formatList(invite.rooms.map((id) => roomName(id, listed)))
}

function roomName(id: RoomId, listed: readonly ListedRoom[]): string {
  const own = chat.rooms.get(id)
  if (own) return roomTitle(own)
  return listed.find((room) => room.id === id)?.name ?? t('invites.roomGone')
}
