/** What a notification says. */
import { chat } from '../chat'
import { preview } from '../core/preview'
import { formatCount, formatList, joinSentences, t } from '../i18n/screens'
import { authorName, roomTitle } from '../names'
import { inWords } from '../parts/inWords'
import { asDrawn, isolated } from '../parts/stacks'
import type { RoomId } from '../protocol'
import type { News } from './decide'
import type { RoomNews } from './notifications'

/** Of more rooms the count says enough. */
const ROOMS_NAMED_MAX = 3

/** The room; of several, how much there is. */
export function titleOf(rooms: readonly RoomNews[]): string {
  const [only, more] = rooms
  const n = rooms.reduce((sum, { news }) => sum + news.length, 0)
  if (!only || more) return t('notify.several', { n })
  return n > 1 ? t('notify.counted', { room: nameOf(only.room), count: formatCount(n) }) : nameOf(only.room)
}

/** The newest message, unless nothing of what was written is to be seen; of several rooms, which they are. */
export function bodyOf(rooms: readonly RoomNews[], hasTexts: boolean): string {
  const [only, more] = rooms
  if (more) {
    const names = rooms.slice(0, ROOMS_NAMED_MAX).map(({ room }) => isolated(nameOf(room)))
    return formatList(rooms.length > names.length ? [...names, '…'] : names)
  }
  const last = only?.news.at(-1)
  const room = only && chat.rooms.get(only.room)
  if (!last || !room) return ''
  const text = hasTexts ? asDrawn(preview(inWords(last))) : t('notify.textless')
  return room.kind === 'direct'
    ? text
    : t('chats.by', { name: isolated(authorName(last.author, room)), text })
}

/** For who hears the page: who wrote, and nothing of what. */
export function aloudOf(news: readonly Pick<News, 'room' | 'author'>[]): string {
  const told = news.slice(0, ROOMS_NAMED_MAX).flatMap(({ room: id, author }) => {
    const room = chat.rooms.get(id)
    if (!room) return []
    const name = authorName(author, room)
    return room.kind === 'direct'
      ? t('notify.wrote', { name })
      : t('notify.named', { name, room: roomTitle(room) })
  })
  return joinSentences(...told)
}

function nameOf(id: RoomId): string {
  const room = chat.rooms.get(id)
  return room ? roomTitle(room) : ''
}
