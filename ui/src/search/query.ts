/** The search text and its operators. */
import type { SearchAsked } from '../core/apiBox'
import { fold } from '../parts/fold'
import type { RoomId, UserId } from '../protocol'
import { askedFor, signBy } from './brought'

export type Operator = 'from' | 'in' | 'has' | 'mentions' | 'after' | 'before'

/** What the operators of a search say; empty where one is not there. */
export type Operators = { readonly [O in Operator]: string }

/** As the box reads it: a quotation mark behind a backslash is part of a name. */
const TOKEN =
  /(from|in|has|mentions|after|before)[:：](?:["“”＂]((?:\\.|[^"“”＂\\])*)["“”＂]?|((?:\\["“”＂]|[^\s"“”＂])*))|["“”＂](?:\\.|[^"“”＂\\])*["“”＂]?[*＊]*|(?:\\["“”＂]|[^\s"“”＂])+/giu

type Token = { readonly text: string; readonly operator: Operator | null; readonly value: string }

function tokens(text: string): Token[] {
  return [...text.matchAll(TOKEN)].map(([whole, operator, quoted, bare]) => ({
    text: whole,
    operator: operator ? (operator.toLowerCase() as Operator) : null,
    value: (quoted ?? bare ?? '').replace(/\\(["“”＂\\])/gu, '$1'),
  }))
}

/** The operators of a search, the first of each kind. */
export function operatorsIn(text: string): Operators {
  const found: { [O in Operator]: string } = {
    from: '',
    in: '',
    has: '',
    mentions: '',
    after: '',
    before: '',
  }
  for (const { operator, value } of tokens(text)) if (operator && !found[operator]) found[operator] = value
  return found
}

/** Somebody or some place that a search can be narrowed to. */
export type Named<Id> = { readonly id: Id; readonly name: string }

/**
 * What to ask the box: days as the moments when they begin here, names as ids where exactly one fits, what messages bring
 * in the box's own words. What cannot be told so stays in the text, and the box says what it thinks of it.
 */
export function asked(
  text: string,
  people: readonly Named<UserId>[],
  rooms: readonly Named<RoomId>[],
): SearchAsked {
  const all = tokens(text)
  const told = new Set<Token>()
  const days = (operator: Operator) =>
    all
      .filter((token) => token.operator === operator)
      .flatMap((token) => {
        const begin = dayBegin(token.value)
        if (begin !== null) told.add(token)
        return begin ?? []
      })
  const after = days('after')
  const before = days('before')
  const only = <Id>(operator: Operator, named: readonly Named<Id>[]): Id | undefined => {
    const [token, another] = all.filter((token) => token.operator === operator && token.value !== '')
    if (!token || another) return undefined
    const [one, other] = named.filter(({ name }) => fold(name) === fold(token.value))
    if (!one || other) return undefined
    told.add(token)
    return one.id
  }
  const from_id = only('from', people)
  const room_id = only('in', rooms)
  return {
    q: all.flatMap((token) => (told.has(token) ? [] : inBoxWords(token))).join(' '),
    from_id,
    room_id,
    after_at: after.length > 0 ? Math.max(...after) : undefined,
    before_at: before.length > 0 ? Math.min(...before) : undefined,
  }
}

function inBoxWords({ text, operator, value }: Token): string {
  const sign = operator === 'has' ? signBy(value) : null
  return sign ? askedFor(sign) : text
}

/** When a day such as `2026-11-20` begins where this browser is; null for what is no day. */
export function dayBegin(day: string): number | null {
  if (shiftDay(day, 0) !== day || day === '') return null
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number)
  const begin = new Date(year, month - 1, date)
  // Years below 100 are taken for others.
  begin.setFullYear(year)
  return begin.getTime()
}

/** The search without this operator. Words keep their order. */
export function withoutOperator(text: string, operator: Operator): string {
  return tokens(text)
    .filter((token) => token.operator !== operator)
    .map((token) => token.text)
    .join(' ')
}

/** Whether there is anything to look for: an operator still without a value is not. */
export function isAskable(text: string): boolean {
  return tokens(text).some((token) =>
    token.operator === null ? /[\p{L}\p{N}\p{S}\p{P}]/u.test(token.text) : token.value !== '',
  )
}

/** Whether there are words beside the operators. */
export const hasWords = (text: string) => tokens(text).some((token) => token.operator === null)

/** The day `days` after `day` (both `2026-11-20`); empty when `day` is not one. */
export function shiftDay(day: string, days: number): string {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN
  return Number.isNaN(at) ? '' : new Date(at + days * 86_400_000).toISOString().slice(0, 10)
}
