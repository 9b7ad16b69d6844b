/**
 * A search over all rooms as its address says it: what is typed, and what is chosen beside it. What is chosen is told by
 * id, so that two of one name are told apart; what is typed may have operators too, and the newer of the two counts.
 */
import type { SearchAsked } from '../core/apiBox'
import type { RoomId, UserId } from '../protocol'
import { pathTo } from '../router.svelte'
import { askedFor, SIGNS, type Sign } from './brought'
import {
  asked,
  dayBegin,
  isAskable,
  type Named,
  type Operator,
  operatorsIn,
  shiftDay,
  withoutOperator,
} from './query'

export type Sought = {
  readonly q: string
  readonly from: UserId | null
  readonly room: RoomId | null
  readonly has: Sign | ''
  /** The first and the last day, such as `2026-11-20`; empty where there is none. */
  readonly after: string
  readonly until: string
}
/** What may be chosen. */
export type Choice = Exclude<keyof Sought, 'q'>

export const CHOICES: readonly Choice[] = ['from', 'room', 'has', 'after', 'until']
const OPERATORS: { readonly [C in Choice]: Operator } = {
  from: 'from',
  room: 'in',
  has: 'has',
  after: 'after',
  until: 'before',
}

/** Reads the part of an address behind `?`. */
export function soughtIn(query: string): Sought {
  const params = new URLSearchParams(query)
  const id = (name: string) => {
    const text = params.get(name) ?? ''
    return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null
  }
  return {
    q: params.get('q') ?? '',
    from: id('from'),
    room: id('room'),
    has: SIGNS.find((sign) => sign === params.get('has')) ?? '',
    after: shiftDay(params.get('after') ?? '', 0),
    until: shiftDay(params.get('until') ?? '', 0),
  }
}

export function queryOf(sought: Partial<Sought>): string {
  const params = new URLSearchParams()
  for (const name of ['q', ...CHOICES] as const) if (sought[name]) params.set(name, String(sought[name]))
  return String(params)
}

export const searchPath = (sought: Partial<Sought>) => pathTo({ at: 'search', query: queryOf(sought) })

/** With one thing chosen, or not chosen any more: an operator that says something else of it goes. */
export function choosing<C extends Choice>(sought: Sought, choice: C, value: Sought[C]): Sought {
  return { ...sought, q: withoutOperator(sought.q, OPERATORS[choice]), [choice]: value }
}

/** With other words: an operator in them counts instead of what was chosen of its kind. */
export function typing(sought: Sought, text: string): Sought {
  const typed = operatorsIn(text)
  const kept = (choice: Choice) => typed[OPERATORS[choice]] === ''
  return {
    q: text,
    from: kept('from') ? sought.from : null,
    room: kept('room') ? sought.room : null,
    has: kept('has') ? sought.has : '',
    after: kept('after') ? sought.after : '',
    until: kept('until') ? sought.until : '',
  }
}

/** Without anything that narrows it. */
export const unnarrowed = (sought: Sought): Sought =>
  CHOICES.reduce(
    (left, choice) => choosing(left, choice, choice === 'from' || choice === 'room' ? null : ''),
    sought,
  )

/** How many of them narrow the search, chosen or typed. */
export function narrowing(sought: Sought): number {
  const typed = operatorsIn(sought.q)
  return CHOICES.filter((choice) => sought[choice] || typed[OPERATORS[choice]]).length
}

export const isSought = (sought: Sought) => isAskable(sought.q) || CHOICES.some((choice) => sought[choice])

/** What to ask the box. */
export function toAsk(
  sought: Sought,
  people: readonly Named<UserId>[],
  rooms: readonly Named<RoomId>[],
): SearchAsked {
  const typed = asked(sought.q.trim(), people, rooms)
  return {
    q: sought.has ? `${typed.q} ${askedFor(sought.has)}`.trim() : typed.q,
    from_id: sought.from ?? typed.from_id,
    room_id: sought.room ?? typed.room_id,
    after_at: dayBegin(sought.after) ?? typed.after_at,
    before_at: dayBegin(shiftDay(sought.until, 1)) ?? typed.before_at,
  }
}
