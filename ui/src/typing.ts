/** Who is writing, in words. */
import { t } from './i18n/screens'
import { personName } from './names'
import type { UserId } from './protocol'

/** "Ada and Grace are typing…"; nothing where nobody is. */
export function typingText(typing: readonly UserId[]): string {
  const [a, b, c, d] = typing
  if (a === undefined) return ''
  if (b === undefined) return t('chat.typing1', { a: personName(a) })
  if (c === undefined) return t('chat.typing2', { a: personName(a), b: personName(b) })
  if (d === undefined) return t('chat.typing3', { a: personName(a), b: personName(b), c: personName(c) })
  return t('chat.typingMany', { n: typing.length })
}
