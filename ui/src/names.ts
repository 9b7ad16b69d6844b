/** How rooms and people are called, in the language of the page. */
import { chat } from './chat'
import type { RoomState } from './core/room.svelte'
import { t } from './i18n'
import type { User, UserId } from './protocol'

/** The person's name; words for one who deleted their account, and for one not known yet. */
export function personName(id: UserId | null): string {
  const user = id === null ? undefined : chat.people.get(id)
  if (user) return user.name
  return id === null || chat.peopleKnown ? t('person.deleted') : '…'
}

/** The name of who wrote something in this room: a direct room knows it when nobody else does any more. */
export function authorName(id: UserId, room: RoomState | undefined): string {
  const isLost = room?.personGone && id !== chat.me?.id && !chat.people.has(id)
  return isLost ? roomTitle(room) : personName(id)
}

/** Whether it is the room that one has for oneself. */
export const isSaved = (room: RoomState) => room.with === chat.me?.id

/** The other person of a direct room, while that account exists. */
export function otherIn(room: RoomState): User | undefined {
  return room.with === null || isSaved(room) ? undefined : chat.people.get(room.with)
}

/** A room's name: its own, the other person's (also the last of one who is gone), or words for the room for everybody and for one's own. */
export function roomTitle(room: RoomState): string {
  if (isSaved(room)) return t('room.saved')
  if (room.kind === 'direct' && (room.with !== null || room.settings.name === ''))
    return personName(room.with)
  if (room.settings.name !== '') return room.settings.name
  return t('room.everyone')
}
