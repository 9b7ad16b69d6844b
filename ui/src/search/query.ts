/**
 * The search text and its operators. The form controls of the search screen only write operators into
 * the text and read them out of it, so that what is typed and what is chosen can never disagree.
 */

export type Operator = 'from' | 'in' | 'after' | 'before'

/** What the operators of a search say; empty where one is not there. */
export type Operators = { readonly [O in Operator]: string }

const TOKEN = /(from|in|after|before):(?:"([^"]*)"?|(\S*))|"[^"]*"?|\S+/giu

type Token = { readonly text: string; readonly operator: Operator | null; readonly value: string }

function tokens(text: string): Token[] {
  return [...text.matchAll(TOKEN)].map(([whole, operator, quoted, bare]) => ({
    text: whole,
    operator: operator ? (operator.toLowerCase() as Operator) : null,
    value: quoted ?? bare ?? '',
  }))
}

/** The operators of a search, the first of each kind. */
export function operatorsIn(text: string): Operators {
  const found: { [O in Operator]: string } = { from: '', in: '', after: '', before: '' }
  for (const { operator, value } of tokens(text)) if (operator && !found[operator]) found[operator] = value
  return found
}

/** The search with one operator set, or taken out when the value is empty. Words keep their order. */
export function withOperator(text: string, operator: Operator, value: string): string {
  const written =
    value === '' ? [] : [`${operator}:${/[\s"]/u.test(value) ? `"${value.replaceAll('"', '')}"` : value}`]
  const kept = tokens(text)
  const at = kept.findIndex((token) => token.operator === operator)
  const others = kept.filter((token) => token.operator !== operator).map((token) => token.text)
  others.splice(at < 0 ? others.length : at, 0, ...written)
  return others.join(' ')
}

/** The search without any operator. */
export function withoutOperators(text: string): string {
  return tokens(text)
    .filter((token) => token.operator === null)
    .map((token) => token.text)
    .join(' ')
}

/** Whether there is anything to look for: an operator still without a value is not. */
export function isAskable(text: string): boolean {
  return tokens(text).some((token) =>
    token.operator === null ? /[\p{L}\p{N}\p{S}\p{P}]/u.test(token.text) : token.value !== '',
  )
}

/** The day `days` after `day` (both `2026-11-20`); empty when `day` is not one. */
export function shiftDay(day: string, days: number): string {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN
  return Number.isNaN(at) ? '' : new Date(at + days * 86_400_000).toISOString().slice(0, 10)
}
