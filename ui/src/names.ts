/** How rooms and people are called, in the language of the page. */
import { chat } from './chat'
import type { RoomState } from './core/room.svelte'
import { t } from './i18n'
import type { UserId } from './protocol'

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

/** A room's name: its own, the other person's (also the last of one who is gone), or words for the room for everybody. */
export function roomTitle(room: RoomState): string {
  if (room.kind === 'direct' && (room.with !== null || room.settings.name === ''))
    return personName(room.with)
  if (room.settings.name !== '') return room.settings.name
  return t('room.everyone')
}
