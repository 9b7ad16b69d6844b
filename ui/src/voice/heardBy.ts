/** Who has heard a voice message, in words. */
import { chat } from '../chat'
import { formatList, t } from '../i18n/screens'
import { HEARD_BY_MAX } from '../limits'
import { personName } from '../names'
import type { UserId } from '../protocol'

/** More names are a list that nobody reads. */
const NAMED_MAX = 3

/** "Heard by Grace, Lin and 2 others". Whom one does not know (any more) is counted. */
export function heardBy(by: readonly UserId[]): string {
  // The box tells of no more.
  if (by.length >= HEARD_BY_MAX) return t('voice.heardByMany', { n: by.length })
  const known = by.filter((user) => chat.people.has(user)).slice(0, NAMED_MAX)
  const names = (known.length > 0 ? known : by.slice(0, 1)).map(personName)
  const others = by.length - names.length
  if (others === 0) return t('voice.heardBy', { names: formatList(names) })
  return t('voice.heardByMore', { names: names.join(t('voice.comma')), n: others })
}
