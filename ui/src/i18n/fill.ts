/** Puts values into the `{names}` of a text. Pure, so that it can be tested without a page. */
import type { Plural } from './table'

type Values = { readonly [name: string]: string | number }

const pluralRules = new Map<string, Intl.PluralRules>()
const numberFormats = new Map<string, Intl.NumberFormat>()

function rulesFor(locale: string): Intl.PluralRules {
  let rules = pluralRules.get(locale)
  if (!rules) pluralRules.set(locale, (rules = new Intl.PluralRules(locale)))
  return rules
}

/** A whole number as people of this locale write it. */
export function formatNumberIn(locale: string, n: number): string {
  let format = numberFormats.get(locale)
  if (!format) numberFormats.set(locale, (format = new Intl.NumberFormat(locale)))
  return format.format(n)
}

/** The form of `entry` that fits the count, filled in. A name without a value stays as it stands. */
export function fill(locale: string, entry: string | Plural, values: Values = {}): string {
  const text = typeof entry === 'string' ? entry : formFor(locale, entry, Number(values.n ?? 0))
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name]
    if (value === undefined) return whole
    return typeof value === 'number' ? formatNumberIn(locale, value) : value
  })
}

function formFor(locale: string, entry: Plural, n: number): string {
  return entry[rulesFor(locale).select(n)] ?? entry.other
}
