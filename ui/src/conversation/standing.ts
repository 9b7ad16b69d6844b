/** What has become of a message of one's own. */
import type { Receipt } from '../protocol'
import type { Row } from './rows'

/** In the words of the texts `message.…`, and by the names of the icons. */
export type MessageStanding = 'waiting' | 'sent' | 'delivered' | 'read'

/** Null of others' messages, and of one that was refused or deleted. Only between two people it is more than sent. */
export function standingOf(
  { mine, message, pending, content }: Row,
  receipt: Receipt | undefined,
): MessageStanding | null {
  if (pending?.failed === null || message?.isQueued) return 'waiting'
  if (!mine || !message || content.kind === 'deleted') return null
  if (!receipt || message.n > receipt.delivered_n) return 'sent'
  return message.n > receipt.read_n ? 'delivered' : 'read'
}
