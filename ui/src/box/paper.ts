/** What the poster is printed on. */
import { locale } from '../i18n'

export type Paper = 'a4' | 'letter'

/** What lies in printers where this person is, as far as their language tells. */
export function usualPaper(): Paper {
  return /-(US|CA|MX|PH)\b/.test(locale()) ? 'letter' : 'a4'
}
