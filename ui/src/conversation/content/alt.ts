/** What is read out of a picture. */
import { t } from '../../i18n/screens'
import type { Message } from '../../protocol'
import { type Placed, placed } from './placed'

/** What is to be seen on it; where nobody has said that, `name`, from whom it is, and which of several. */
export function altOf(message: Message, picture: Placed<'picture'>, name: string): string {
  if (picture.what.alt) return picture.what.alt
  const places = placed(message.attachments ?? [], 'picture').map(({ place }) => place)
  if (places.length < 2) return t('picture.from', { name })
  return t('picture.ofSeveral', { at: places.indexOf(picture.place) + 1, n: places.length, name })
}
