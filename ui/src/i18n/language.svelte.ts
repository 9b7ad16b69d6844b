/**
 * Which language the page speaks. English is part of the first load, being also what is shown while
 * another language's table is on its way; every other table is a chunk of its own.
 */
import { en } from './en'
import { fill } from './fill'
import type { Key, Table, VarsArgument } from './table'

export type Language = 'en' | 'zh'
/** What the person chose; `system` follows the browser. */
export type LanguageChoice = Language | 'system'

const CHOICE_KEY = 'porch.language'

const tables: { readonly [L in Language]: () => Promise<Table> } = {
  en: async () => en,
  zh: async () => (await import('./zh')).zh,
}

/** The value of `<html lang>`: it also picks fonts and line height in the style sheet. */
const htmlLang: { readonly [L in Language]: string } = { en: 'en', zh: 'zh-Hans' }

type Spoken = { readonly language: Language; readonly locale: string; readonly table: Table }

let spoken = $state.raw<Spoken>({ language: 'en', locale: localeFor('en'), table: en })
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

/** Loads the language before the first paint. Without its table (offline, first visit) English stays. */
export async function startLanguage(): Promise<void> {
  await speak(languageFor(choice)).catch(() => speak('en'))
}

/** Changes the language at once and remembers it. Rejects, and changes nothing, when its table cannot be loaded. */
export async function chooseLanguage(next: LanguageChoice): Promise<void> {
  await speak(languageFor(next))
  choice = next
  try {
    if (next === 'system') localStorage.removeItem(CHOICE_KEY)
    else localStorage.setItem(CHOICE_KEY, next)
  } catch {
    // Storage may be forbidden: the choice then lasts as long as the page.
  }
}

async function speak(next: Language): Promise<void> {
  const table = await tables[next]()
  spoken = { language: next, locale: localeFor(next), table }
  document.documentElement.lang = htmlLang[next]
}

function languageFor(wanted: LanguageChoice): Language {
  return wanted === 'system' ? preferredLanguage(browserLanguages()) : wanted
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

function localeFor(wanted: Language): string {
  const own = browserLanguages().find((tag) => tag.toLowerCase().split('-')[0] === wanted)
  // The texts are in simplified characters, so dates must be as well, even for a zh-TW browser.
  if (wanted === 'zh') return own && /-(CN|SG)$/i.test(own) ? own : 'zh-CN'
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
