/** What messages have brought, in words: for wherever they are told of and not drawn. */
import type { RoomState } from '../core/room.svelte'
import { formatLength, formatList, t } from '../i18n/screens'
import type { Attached, Attachment } from '../protocol'
import { asDrawn } from './stacks'

/** All that is attached, or as much as is known of it. */
type Brought = readonly Attachment[] | Attached

/** A whole message: what it has brought, and what was written with that. */
export function inWords({ body, attached }: { body: string; attached?: Brought | undefined }): string {
  if (!attached) return body
  const text = body || altOf(attached)
  const brought = attachedInWords(attached)
  return text ? t('chats.by', { name: brought, text }) : brought
}

/** The same for who hears of it: with what is to be seen on each picture, whatever was written with it. */
export function aloud({
  body,
  attached,
}: {
  body: string
  attached?: readonly Attachment[] | undefined
}): string {
  const alts = attached?.flatMap(({ what }) => (what.type === 'picture' && what.alt) || []) ?? []
  if (!attached || alts.length === 0) return inWords({ body, attached })
  const shows = formatList(alts)
  const brought = attachedInWords(attached)
  return body
    ? t('chats.by', { name: t('attached.shows', { brought, shows }), text: body })
    : t('chats.by', { name: brought, text: shows })
}

/** "Picture", "3 pictures", "Voice message (0:12)", "report.pdf". */
export function attachedInWords(attached: Brought): string {
  if ('first' in attached) {
    const { first, count } = attached
    return count > 1 ? t(`attached.${first}s`, { n: count }) : t(`attached.${first}`)
  }
  const [first, second] = attached
  if (!first) return ''
  if (!second) return oneInWords(first)
  const { type } = first.what
  const isMixed = attached.some(({ what }) => what.type !== type)
  return t(isMixed ? 'attached.several' : `attached.${type}s`, { n: attached.length })
}

/** What the last message of a room has brought, as well as that is known; else what waits to be sent there. */
export function lastInWords({ last, pending, timeline, changed }: RoomState): string {
  // How long it is, or by what name, the list of rooms does not tell.
  void changed
  if (last?.attached) return attachedInWords(timeline.find(last.id)?.attachments ?? last.attached)
  return attachedInWords(pending.at(-1)?.attachments ?? [])
}

function oneInWords({ name, what }: Attachment): string {
  if (what.type === 'voice') return t('attached.voiceOf', { length: formatLength(what.ms) })
  // Cameras call films by numbers.
  const isNamed = name && (what.type === 'file' || what.type === 'audio')
  return isNamed ? asDrawn(name) : t(`attached.${what.type}`)
}

/** What is to be seen, where one picture was sent for itself. */
function altOf(attached: Brought): string {
  if ('first' in attached) return ''
  const [only, more] = attached
  return only?.what.type === 'picture' && !more ? only.what.alt : ''
}
