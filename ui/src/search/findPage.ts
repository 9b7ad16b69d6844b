/** Asks the box for what is searched, and brings it up to date. */
import { chat } from '../chat'
import { type SearchAsked, search } from '../core/apiBox'
import { foundNow } from '../core/found'
import type { SearchPage } from '../protocol'

export const findPage = (
  asked: SearchAsked,
  cursor: string | null,
  limit: number,
  signal: AbortSignal,
): Promise<SearchPage> => foundNow(chat.history, () => search(asked, cursor, limit, signal))
