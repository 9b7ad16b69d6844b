/** Texts, dates and numbers in the language of the person who reads. */

export { errorText } from './errors'
export {
  formatCount,
  formatDate,
  formatDay,
  formatMoment,
  formatNumber,
  formatTime,
  formatWhole,
  nextMidnight,
} from './format'
export type { Language, LanguageChoice } from './language.svelte'
export {
  chooseLanguage,
  language,
  languageChoice,
  locale,
  startLanguage,
  t,
  withTexts,
} from './language.svelte'
export type { Key } from './table'
