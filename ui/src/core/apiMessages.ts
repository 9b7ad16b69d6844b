/** What is asked of the box about single messages, once the messages are seen. */
import type { HistoryPage, ReactedBy, Reactions, RoomId, Seq } from '../protocol'
import { ask } from './api'

/** The message with which a chain of replies began, and these, those after `after`, in their order. */
export function chain(room: RoomId, chain: Seq, after: Seq | undefined, limit: number): Promise<HistoryPage> {
  const from = after === undefined ? '' : `&after=${after}`
  return ask<HistoryPage>('GET', `/api/rooms/${room}/chains/${chain}?limit=${limit}${from}`)
}

/** Who has reacted to a message. */
export async function reactedBy(room: RoomId, message: Seq): Promise<readonly ReactedBy[]> {
  const { reactions } = await ask<Reactions>('GET', `/api/rooms/${room}/reactions?message=${message}`)
  return reactions
}
