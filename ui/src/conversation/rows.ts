/** How messages become what is seen: days, groups of one author, the line before what is new. Pure. */

import { attachedIn } from '../core/attached'
import { preview } from '../core/preview'
import type { ShownMessage } from '../core/queuedCommands'
import type { Pending } from '../core/room.svelte'
import { QUOTE_CHARS_MAX } from '../limits'
import type { ClientMsgId, Mention, Message, Quote, Seq, UserId } from '../protocol'

/** Within this time an author is not named again. */
export const GROUP_MS = 5 * 60_000

/** A message with attachments, stored or on its way; its text says something of them, or nothing. */
export type Attached<M = Message | Pending> = {
  readonly kind: 'attached'
  readonly text: string
  readonly message: M
}
/** What a message holds: each kind has its component in `content`. */
export type Content =
  | { readonly kind: 'text'; readonly text: string; readonly mentions?: readonly Mention[] | undefined }
  | { readonly kind: 'deleted' }
  | Attached

export type Row = {
  /** The same before and after the box has confirmed it, so that the row stays the same element. */
  readonly key: string
  readonly author: UserId
  /** Written by the person who reads. */
  readonly mine: boolean
  readonly at: number
  readonly content: Content
  readonly id: ClientMsgId
  /** As stored by the box; null while only this device has it. */
  readonly message: ShownMessage | null
  readonly pending: Pending | null
  /** Of a reply: what it replies to. */
  readonly quote: Quote | undefined
  /** The first of its author's group: shows who and when. */
  readonly head: boolean
  /** The last of its group. */
  readonly tail: boolean
  /** What is new begins here. */
  readonly isFirstNew: boolean
}

/**
 * What was sent on one day without another day in between. A clock that was wrong for a while makes a day come again, so
 * the day alone is no key.
 */
export type Day = { readonly key: string; readonly at: number; readonly rows: readonly Row[] }

/**
 * The same days, with the row objects of `before` wherever nothing about a row has changed: what is the
 * same object is not drawn again.
 */
export function keepRows(days: readonly Day[], before: readonly Day[]): Day[] {
  const known = new Map<string, Row>()
  for (const day of before) for (const row of day.rows) known.set(row.key, row)
  return days.map((day) => ({
    ...day,
    rows: day.rows.map((row) => {
      const old = known.get(row.key)
      return old && isSame(old, row) ? old : row
    }),
  }))
}

function isSame(a: Row, b: Row): boolean {
  return (
    a.message === b.message &&
    a.pending === b.pending &&
    // Of what is not sent yet it is made anew each time.
    a.quote?.rev === b.quote?.rev &&
    a.at === b.at &&
    a.mine === b.mine &&
    a.head === b.head &&
    a.tail === b.tail &&
    a.isFirstNew === b.isFirstNew
  )
}

type Draft = { -readonly [K in keyof Row]: Row[K] }

/** `readN`: up to where was read when the room was opened; null for no line. */
export function layOut(
  messages: readonly ShownMessage[],
  pending: readonly Pending[],
  me: UserId,
  readN: number | null,
): Day[] {
  const days = new Days()
  // What lies before the first row that is here is not known to be read: without its true place there is no line.
  let lineDrawn = readN === null || messages.length === 0 || messages[0]!.n > readN + 1
  for (const message of messages) {
    const { author, client_msg_id, sent_at } = message
    const mine = author === me
    const isFirstNew = !lineDrawn && message.n > readN! && !mine && !message.deleted
    if (isFirstNew) lineDrawn = true
    days.put(
      draft(
        author,
        mine,
        client_msg_id,
        sent_at,
        contentOf(message),
        message,
        null,
        message.quote,
        isFirstNew,
      ),
    )
  }
  for (const item of unconfirmed(messages, pending, me))
    days.put(
      draft(
        me,
        true,
        item.client_msg_id,
        item.written_at,
        contentOf(item),
        null,
        item,
        quoteOf(messages, item.reply_to),
        false,
      ),
    )
  return days.end()
}

/** A page of history may hold one's own words before the box has told that it has them. */
function unconfirmed(
  messages: readonly Message[],
  pending: readonly Pending[],
  me: UserId,
): readonly Pending[] {
  if (pending.length === 0) return pending
  const stored = new Set(
    messages.filter(({ author }) => author === me).map((message) => message.client_msg_id),
  )
  return pending.filter((item) => !stored.has(item.client_msg_id))
}

class Days {
  #days: { key: string; at: number; rows: Draft[]; until: number; from: number }[] = []
  #keys = new Set<string>()
  #last: Draft | null = null

  put(row: Draft): void {
    const day = this.#dayOf(row)
    const last = this.#last
    row.head =
      !last ||
      last.author !== row.author ||
      row.isFirstNew ||
      isDeleted(last) !== isDeleted(row) ||
      Math.abs(row.at - last.at) > GROUP_MS
    if (last && row.head) last.tail = true
    day.rows.push(row)
    this.#last = row
  }

  end(): Day[] {
    for (const day of this.#days) day.rows.at(-1)!.tail = true
    return this.#days
  }

  #dayOf(row: Draft): { rows: Draft[] } {
    const day = this.#days.at(-1)
    // A device whose clock is behind must not open yesterday below today.
    if (day && row.pending) row.at = Math.max(row.at, day.at)
    if (day && row.at >= day.from && row.at < day.until) return day
    const from = new Date(row.at).setHours(0, 0, 0, 0)
    const next = new Date(from)
    const until = next.setDate(next.getDate() + 1)
    const key = this.#keys.has(`${from}`) ? `${from} ${row.key}` : `${from}`
    this.#keys.add(key)
    const begun = { key, at: row.at, rows: [], from, until }
    this.#days.push(begun)
    this.#last = null
    return begun
  }
}

function contentOf(message: Message | Pending): Content {
  if ('deleted' in message && message.deleted) return { kind: 'deleted' }
  const text = message.body
  if (message.attachments) return { kind: 'attached', text, message }
  return { kind: 'text', text, mentions: 'mentions' in message ? message.mentions : undefined }
}

/** What is not sent yet is a reply to this, as far as that is here. */
function quoteOf(messages: readonly Message[], id: Seq | undefined): Quote | undefined {
  const quoted = id === undefined ? undefined : messages.find((message) => message.id === id)
  if (!quoted) return undefined
  const { rev, author, body, attachments, deleted } = quoted
  const attached = attachments && attachedIn(attachments)
  return {
    message: quoted.id,
    rev,
    author,
    text: preview(body, QUOTE_CHARS_MAX),
    attached,
    deleted,
    chain: 0,
    place: 0,
  }
}

export function isDeleted(row: Row): boolean {
  return row.content.kind === 'deleted'
}

function draft(
  author: UserId,
  mine: boolean,
  id: ClientMsgId,
  at: number,
  content: Content,
  message: ShownMessage | null,
  pending: Pending | null,
  quote: Quote | undefined,
  isFirstNew: boolean,
): Draft {
  return {
    key: `${author}:${id}`,
    author,
    mine,
    at,
    content,
    id,
    message,
    pending,
    quote,
    head: false,
    tail: false,
    isFirstNew,
  }
}
