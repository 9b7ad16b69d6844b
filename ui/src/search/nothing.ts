/** Why a search has found nothing, as a sentence that is true of it. */
import { t } from '../i18n/screens'
import { fold } from '../parts/fold'
import { narrowing, type Sought } from './address'
import { searchedPeople } from './people'
import { searchedRooms } from './places'
import { hasWords, operatorsIn } from './query'

export function whyNothing(sought: Sought): string {
  const { from, in: room } = operatorsIn(sought.q)
  if (from !== '' && !knows(searchedPeople(), from)) return t('search.nobody', { name: from })
  if (room !== '' && !knows(searchedRooms(), room)) return t('search.nowhere', { name: room })
  if (narrowing(sought) === 0) return t('search.nothing')
  return hasWords(sought.q) ? t('search.nothingFitsWords') : t('search.nothingFits')
}

const knows = (all: readonly { readonly name: string }[], name: string) =>
  all.some((one) => fold(one.name) === fold(name))
