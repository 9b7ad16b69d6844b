/**
 * Which language the page speaks. The chat's own English texts are part of the first load; every other
 * table is a chunk of its own.
 */
import { en } from './en'
import { fill } from './fill'
import type { Key, Plural, ScreenKey, ScreensTable, Table, VarsArgument } from './table'

export type Language = 'en' | 'zh'
/** What the person chose; `system` follows the browser. */
export type LanguageChoice = Language | 'system'

const CHOICE_KEY = 'porch.language'

const tables: { readonly [L in Language]: () => Promise<Table> } = {
  en: async () => en,
  zh: async () => (await import('./zh')).zh,
}

const screensTables: { readonly [L in Language]: () => Promise<ScreensTable> } = {
  en: async () => (await import('./enScreens')).enScreens,
  zh: async () => (await import('./zhScreens')).zhScreens,
}

/** The value of `<html lang>`: it also picks fonts and line height in the style sheet. */
const htmlLang: { readonly [L in Language]: string } = { en: 'en', zh: 'zh-Hans' }

type Entries = Table & Partial<ScreensTable>
type Spoken = { readonly language: Language; readonly locale: string; readonly table: Entries }

let spoken = $state.raw<Spoken>({ language: 'en', locale: localeFor('en'), table: en })
/** What is shown or on its way. Plain variables: whoever waits for a screen must not depend on them. */
let wanted: Language = 'en'
/** True once a screen asked for its texts: from then on they come with every language. */
let withScreens = false
let screensKnown: Promise<void> | null = null
let choice = $state<LanguageChoice>(storedChoice())

/** The language shown now. */
export function language(): Language {
  return spoken.language
}

/** The locale for dates and numbers: the browser's own variety of the language shown. */
export function locale(): string {
  return spoken.locale
}

/** What the person chose, for the settings screen. */
export function languageChoice(): LanguageChoice {
  return choice
}

/** The text of `key` in the language shown, with `{names}` filled in and the plural form chosen. */
export function t<K extends Key>(key: K, ...[vars]: VarsArgument<K>): string {
  return fill(spoken.locale, spoken.table[key], vars)
}

/** The same for screens loaded on demand, which are drawn only once `withTexts` has their table. */
export function tScreens<K extends Key | ScreenKey>(key: K, ...[vars]: VarsArgument<K>): string {
  const entry: string | Plural | undefined = spoken.table[key]
  return entry === undefined ? '' : fill(spoken.locale, entry, vars)
}

/** Waits for a screen and for the texts it speaks. */
export async function withTexts<T>(screen: Promise<T>): Promise<T> {
  withScreens = true
  screensKnown ??= speak(wanted).catch((failed) => {
    screensKnown = null
    throw failed
  })
  const [drawn] = await Promise.all([screen, screensKnown])
  return drawn
}

/** Loads the language before the first paint. Without its table (offline, first visit) English stays. */
export async function startLanguage(): Promise<void> {
  await speak(languageFor(choice)).catch(() => speak('en'))
}

/** Changes the language at once and remembers it. Rejects, and changes nothing, when its table cannot be loaded. */
export async function chooseLanguage(next: LanguageChoice): Promise<void> {
  try {
    await speak(languageFor(next))
  } catch (failed) {
    wanted = spoken.language
    throw failed
  }
  choice = next
  try {
    if (next === 'system') localStorage.removeItem(CHOICE_KEY)
    else localStorage.setItem(CHOICE_KEY, next)
  } catch {
    // Storage may be forbidden: the choice then lasts as long as the page.
  }
}

/** Shows a language once its tables are there. Of several at once the last one asked for wins. */
async function speak(next: Language): Promise<void> {
  wanted = next
  const [own, screens] = await Promise.all([tables[next](), withScreens ? screensTables[next]() : {}])
  if (next !== wanted) return
  spoken = { language: next, locale: localeFor(next), table: { ...spokenScreens(next), ...own, ...screens } }
  document.documentElement.lang = htmlLang[next]
}

/** What is there of this language already: a slower load without the screens must not take theirs away. */
function spokenScreens(next: Language): Partial<ScreensTable> {
  return spoken.language === next ? spoken.table : {}
}

function languageFor(chosen: LanguageChoice): Language {
  return chosen === 'system' ? preferredLanguage(browserLanguages()) : chosen
}

/** Node, where tests run, has no navigator in its older versions. */
function browserLanguages(): readonly string[] {
  return globalThis.navigator?.languages ?? []
}

/** The first of the browser's languages that porch speaks, else English. */
export function preferredLanguage(tags: readonly string[]): Language {
  for (const tag of tags) {
    const base = tag.toLowerCase().split('-')[0]
    if (base === 'en' || base === 'zh') return base
  }
  return 'en'
}

function localeFor(shown: Language): string {
  const own = browserLanguages().find((tag) => tag.toLowerCase().split('-')[0] === shown)
  // The texts are in simplified characters, so dates must be as well, even for a zh-TW browser.
  if (shown === 'zh') return own && /-(CN|SG)$/i.test(own) ? own : 'zh-CN'
  return own ?? 'en'
}

function storedChoice(): LanguageChoice {
  try {
    const stored = localStorage.getItem(CHOICE_KEY)
    return stored === 'en' || stored === 'zh' ? stored : 'system'
  } catch {
    return 'system'
  }
}
