/** What a search finds, as it is now: what was changed or deleted while the box answered is not shown as it was. */
import type { Hit, Message, SearchPage } from '../protocol'
import type { History } from './history'

/** A page of search results, newest first. */
export function foundNow(
  history: Pick<History, 'whole'>,
  ask: () => Promise<SearchPage>,
): Promise<SearchPage> {
  return history.whole(ask, (page, now) => ({
    ...page,
    hits: page.hits.flatMap((hit) => hitNow(hit, now(hit.message))),
  }))
}

/** A hit as it is now; in another text than it was found in nothing is marked. */
function hitNow(hit: Hit, message: Message): Hit[] {
  if (message === hit.message) return [hit]
  return message.deleted ? [] : [{ ...hit, message, marks: [] }]
}
