/** What a finding says to the reader: translated where there is a translation, else the box's own English. Pure. */

import { language, locale } from '../i18n'
import { formatSpan } from '../i18n/spans'
import { zhFindings } from '../i18n/zhFindings'
import type { Checked } from '../protocol'

export type Words = { readonly says: string; readonly advice: string }

export function findingWords(checked: Checked): Words {
  // A box of a later version may find what this page does not know.
  const translated: readonly [string, string] | undefined =
    language() === 'zh' ? zhFindings[checked.finding] : undefined
  if (!translated) return { says: checked.says, advice: checked.advice }
  const [says, advice] = translated
  return { says: fillPlaces(says, checked.values), advice: fillPlaces(advice, checked.values) }
}

/** `{name}`; `{name|words}` where the value may be empty; `{name:span}` for seconds, `{name:size}` for megabytes. */
export function fillPlaces(text: string, values: { readonly [name: string]: string | undefined }): string {
  return text.replace(
    /\{(\w+)(?:\|([^}]*)|:(span|size))?\}/g,
    (_, name: string, words: string, dressing: string) => {
      const value = values[name] ?? ''
      if (dressing === 'span') return formatSpan(Math.abs(Number(value)))
      if (dressing === 'size') return formatSize(Number(value))
      return value === '' ? (words ?? '') : value
    },
  )
}

/** Megabytes as people say them: "77.6 GB". */
function formatSize(mb: number): string {
  const [unit, size] = [
    ['TB', 1_000_000],
    ['GB', 1_000],
    ['MB', 1],
  ].find(([, size]) => mb >= Number(size)) ?? ['MB', 1]
  const value = mb / Number(size)
  return `${value.toLocaleString(locale(), { maximumFractionDigits: unit === 'MB' ? 0 : 1 })} ${unit}`
}

/** The report as text, for whoever is asked for help. */
export function reportText(
  title: string,
  lines: readonly (readonly [level: string, words: Words])[],
): string {
  const told = lines.map(([level, { says, advice }]) => `[${level}] ${says}${advice && `\n    ${advice}`}`)
  return [title, ...told].join('\n')
}
