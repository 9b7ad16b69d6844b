/** What a finding says to the reader: translated where there is a translation, else the box's own English. Pure. */
import type { Checked } from '../core/boxTypes'
import { language } from '../i18n'
import { formatSpan } from '../i18n/spans'
import { zhFindings } from '../i18n/zhFindings'

export type Words = { readonly says: string; readonly advice: string }

export function findingWords(checked: Checked): Words {
  const translated = language() === 'zh' ? zhFindings[checked.finding] : undefined
  if (!translated) return { says: checked.says, advice: checked.advice }
  const [says, advice] = translated
  return { says: fillPlaces(says, checked.values), advice: fillPlaces(advice, checked.values) }
}

/** `{name}`; `{name|words}` where the value may be empty; `{name:span}` for seconds. */
export function fillPlaces(text: string, values: { readonly [name: string]: string | undefined }): string {
  return text.replace(/\{(\w+)(?:\|([^}]*)|(:span))?\}/g, (_, name: string, words: string, span: string) => {
    const value = values[name] ?? ''
    if (span) return formatSpan(Math.abs(Number(value)))
    return value === '' ? (words ?? '') : value
  })
}

/** The report as text, for whoever is asked for help. */
export function reportText(
  title: string,
  lines: readonly (readonly [level: string, words: Words])[],
): string {
  const told = lines.map(([level, { says, advice }]) => `[${level}] ${says}${advice && `\n    ${advice}`}`)
  return [title, ...told].join('\n')
}
