/** What of messages a gallery shows, one by one: pictures, sounds, files, links, or what is pinned. Pure. */
import { linksOf } from '../conversation/content/links'
import { type Placed, placed } from '../conversation/content/placed'
import type { Gallery, Message } from '../protocol'

export type Thing = {
  readonly key: string
  readonly message: Message
  /** Its place among all of the message. */
  readonly at: number
} & (
  | { readonly attached: Placed; readonly href?: never }
  /** `text` is what was written for the link. */
  | { readonly href: string; readonly text: string; readonly attached?: never }
  /** The message as a whole. */
  | { readonly href?: never; readonly attached?: never }
)

const known = new WeakMap<Message, Map<Gallery, readonly Thing[]>>()

/**
 * Of messages in their order: the newest message's first, those of one message as they are in it. `own` is the host and
 * port under which this page was opened.
 */
export function thingsOf(messages: readonly Message[], gallery: Gallery, own: string): Thing[] {
  return [...messages].reverse().flatMap((message) => thingsIn(message, gallery, own))
}

/** Of one message, which is looked through once. */
export function thingsIn(message: Message, gallery: Gallery, own: string): readonly Thing[] {
  const of = known.get(message) ?? new Map<Gallery, readonly Thing[]>()
  known.set(message, of)
  const things = of.get(gallery) ?? lookThrough(message, gallery, own)
  of.set(gallery, things)
  return things
}

function lookThrough(message: Message, gallery: Gallery, own: string): Thing[] {
  if (message.deleted) return []
  if (gallery === 'pins') return message.pinned ? [{ key: `${message.id}`, message, at: 0 }] : []
  if (gallery === 'links')
    return pagesIn(message.body, own).map(([href, text], at) => ({
      key: `${message.id} ${at}`,
      message,
      at,
      href,
      text,
    }))
  const attachments = message.attachments ?? []
  const attached: readonly Placed[] = {
    pictures: () => placed(attachments, 'picture', 'video'),
    sounds: () => placed(attachments, 'audio', 'voice'),
    files: () => placed(attachments, 'file'),
  }[gallery]()
  return attached.map((one) => ({ key: `${message.id} ${one.place}`, message, at: one.place, attached: one }))
}

/** The pages that a text leads to, each once. An address of mail is none. */
function pagesIn(text: string, own: string): [href: string, text: string][] {
  const links = linksOf(text, own).filter(({ href }) => !href.startsWith('mailto:'))
  return [...new Map(links.map(({ start, end, href }) => [href, text.slice(start, end)]))]
}
