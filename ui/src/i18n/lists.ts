/** Lists of names, in the way and the order of the language: for screens loaded on demand. */
import { locale } from './language.svelte'

let collator: { locale: string; compare: (a: string, b: string) => number } | null = null

/** "Ada, Grace and Lin". */
export function formatList(items: readonly string[]): string {
  return new Intl.ListFormat(locale(), { type: 'conjunction' }).format(items)
}

/** Orders names as people of this language expect. */
export function compareNames(a: string, b: string): number {
  if (collator?.locale !== locale()) {
    collator = { locale: locale(), compare: new Intl.Collator(locale(), { numeric: true }).compare }
  }
  return collator.compare(a, b)
}
