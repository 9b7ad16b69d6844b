import { chat } from '../chat'
import { boxNow } from '../core/api'
import { formatDate, t } from '../i18n/screens'
import { distinct } from './named'

/** Everybody whose messages may be found, and what the search calls them. */
export const searchedPeople = () =>
  distinct(chat.people.values(), boxNow(), ({ name }, endedAt) =>
    t('search.pastGuest', { name, date: formatDate(endedAt) }),
  )
