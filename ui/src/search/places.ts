/** The rooms that a search can be narrowed to, and those that its hits are in. */
import { chat } from '../chat'
import { archivedRooms } from '../core/apiBox'
import { loadArchived } from '../core/archived'
import { t } from '../i18n/screens'
import { roomTitle } from '../names'
import type { RoomId, SearchPage } from '../protocol'
import { toldApart } from './named'
import type { Named } from './query'

/** Pages of archived rooms that are read for the filter: more rooms than a list can be looked through. */
const ARCHIVED_PAGES_MAX = 10

/** The rooms by their names; a direct room by the other person's. */
export const searchedRooms = (): Named<RoomId>[] =>
  [...chat.rooms.all.values()].map((room) => ({ id: room.id, name: roomTitle(room) }))

type Place = Named<RoomId> & { readonly isDirect: boolean }

/** The same for a list, where rooms of one name are told apart. */
export function listedRooms(): Place[] {
  const places = [...chat.rooms.all.values()].map((room): Place => {
    return { id: room.id, name: roomTitle(room), isDirect: room.kind === 'direct' }
  })
  return toldApart(places, ({ id, name, isDirect }) => {
    const n = chat.rooms.get(id)?.member_count ?? 0
    return isDirect ? name : t('search.roomOfMembers', { room: name, members: t('room.members', { n }) })
  })
}

/** Archived rooms are searched too, and known only when somebody asks for them. */
export async function meetArchived(): Promise<void> {
  let before: RoomId | undefined
  for (let pages = 0; pages < ARCHIVED_PAGES_MAX; pages += 1) {
    const known = [...chat.rooms.all.values()].filter((room) => room.settings.archived).length
    if (known >= chat.rooms.archived) return
    const { last, more } = await loadArchived(chat.rooms, archivedRooms, before)
    if (!more) return
    before = last
  }
}

/** Reads of the rooms that hits are in what is not known of them yet. One that was left meanwhile stays unknown. */
export async function meetPlaces(page: SearchPage): Promise<SearchPage> {
  const unknown = new Set(
    page.hits.map(({ message }) => message.room).filter((id) => !chat.rooms.all.has(id)),
  )
  await Promise.allSettled([...unknown].map((id) => chat.rooms.meet(id)))
  return page
}
