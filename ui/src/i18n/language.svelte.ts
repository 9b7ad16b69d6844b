/**
 * Which language the page speaks. The chat's own English texts are part of the first load; every other
 * table is a chunk of its own.
 */
import { en } from './en'
import { fill } from './fill'
import type { BoxKey, BoxTable, Key, Plural, ScreenKey, ScreensTable, Table, VarsArgument } from './table'

export type Language = 'en' | 'zh'
/** What the person chose; `system` follows the browser. */
export type LanguageChoice = Language | 'system'

const CHOICE_KEY = 'porch.language'

const tables: { readonly [L in Language]: () => Promise<Table> } = {
  en: async () => en,
  zh: () => import('./zh').then(({ zh }) => zh),
}

/** Texts that come with the screens that speak them: `screens` for everyone's, `box` for those about the box. */
export type Part = 'screens' | 'box'
type Lazy = Partial<ScreensTable> & Partial<BoxTable>

const lazyTables: { readonly [P in Part]: { readonly [L in Language]: () => Promise<Lazy> } } = {
  screens: {
    en: () => import('./enScreens').then(({ enScreens }) => enScreens),
    zh: () => import('./zhScreens').then(({ zhScreens }) => zhScreens),
  },
  box: {
    en: () => import('./enBox').then(({ enBox }) => enBox),
    zh: () => import('./zhBox').then(({ zhBox }) => zhBox),
  },
}

/** The value of `<html lang>`: it also picks fonts and line height in the style sheet. */
const htmlLang: { readonly [L in Language]: string } = { en: 'en', zh: 'zh-Hans' }

type Entries = Table & Lazy
type Spoken = { readonly language: Language; readonly locale: string; readonly table: Entries }

let spoken = $state.raw<Spoken>({ language: 'en', locale: localeFor('en'), table: en })
/** What is shown or on its way. Plain variables: whoever waits for a screen must not depend on them. */
let wanted: Language = 'en'
/** Once a screen has asked for its texts they come with every language. */
const partsKnown = new Map<Part, Promise<void>>()
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
  return lazyText(key, vars)
}

/** The same for screens about the box. */
export function tBox<K extends Key | ScreenKey | BoxKey>(key: K, ...[vars]: VarsArgument<K>): string {
  return lazyText(key, vars)
}

/** Waits for a screen and for the texts it speaks: always `screens`, and what it needs besides. */
export async function withTexts<T>(screen: Promise<T>, ...parts: Part[]): Promise<T> {
  const [drawn] = await Promise.all([screen, textsOf('screens'), ...parts.map(textsOf)])
  return drawn
}

function lazyText(key: keyof Entries, vars: Parameters<typeof fill>[2]): string {
  const entry: string | Plural | undefined = spoken.table[key]
  return entry === undefined ? '' : fill(spoken.locale, entry, vars)
}

function textsOf(part: Part): Promise<void> {
  const known = partsKnown.get(part)
  if (known) return known
  partsKnown.set(part, Promise.resolve())
  const asked = speak(wanted).catch((failed) => {
    partsKnown.delete(part)
    throw failed
  })
  partsKnown.set(part, asked)
  return asked
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
  const lazy = [...partsKnown.keys()].map((part) => lazyTables[part][next]())
  const [own, ...parts] = await Promise.all([tables[next](), ...lazy])
  if (next !== wanted) return
  // A slower load without a part must not take away what is there of this language already.
  const before = spoken.language === next ? spoken.table : {}
  spoken = { language: next, locale: localeFor(next), table: Object.assign({}, before, own, ...parts) }
  document.documentElement.lang = htmlLang[next]
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
