/** Times, days and numbers. Times come as milliseconds since 1970; days are the reader's own. */
import { formatNumberIn } from './fill'
import { locale } from './language.svelte'

const formats = new Map<string, Intl.DateTimeFormat>()

export function dateFormat(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale()} ${name}`
  let format = formats.get(key)
  if (!format) formats.set(key, (format = new Intl.DateTimeFormat(locale(), options)))
  return format
}

const isChinese = () => locale().startsWith('zh')

/** A day and a time as the language writes them: Chinese without a space between. */
export const asWritten = (text: string) => (isChinese() ? text.replaceAll(' ', '') : text)

/** "14:05". */
export function formatTime(at: number): string {
  return dateFormat('time', { hour: isChinese() ? '2-digit' : 'numeric', minute: '2-digit' }).format(at)
}

/** "20 November 2026". */
export function formatDate(at: number): string {
  return dateFormat('date', { day: 'numeric', month: 'long', year: 'numeric' }).format(at)
}

/** "20 November 2026 at 14:05", joined as the language does. */
export function formatWhole(at: number): string {
  return asWritten(dateFormat('whole', { dateStyle: 'long', timeStyle: 'short' }).format(at))
}

/** "Today", "Yesterday", "Monday", "20 November", "20 November 2025": for day separators. */
export function formatDay(at: number, now: number = Date.now()): string {
  const days = daysBetween(at, now)
  if (days === 0 || days === 1) return relativeDay(0 - days)
  if (days > 1 && days < 7) return dateFormat('weekday', { weekday: 'long' }).format(at)
  if (sameYear(at, now)) return dateFormat('day', { day: 'numeric', month: 'long' }).format(at)
  return formatDate(at)
}

/** The shortest that tells: "14:05" today, "Yesterday", "Mon", "20 Nov", "20/11/2025": for lists. */
export function formatMoment(at: number, now: number = Date.now()): string {
  const days = daysBetween(at, now)
  if (days === 0) return formatTime(at)
  if (days === 1) return relativeDay(-1)
  if (days > 1 && days < 7) return dateFormat('weekday-short', { weekday: 'short' }).format(at)
  if (sameYear(at, now)) return dateFormat('day-short', { day: 'numeric', month: 'short' }).format(at)
  // In Chinese the short style leaves out zeros, so that dates below each other do not line up.
  const style = isChinese()
    ? ({ year: 'numeric', month: '2-digit', day: '2-digit' } as const)
    : ({ dateStyle: 'short' } as const)
  return dateFormat('date-short', style).format(at)
}

/** "1,234". */
export function formatNumber(n: number): string {
  return formatNumberIn(locale(), n)
}

/** "7", "99+": how many there are, where there is little place and nobody wants to know it more exactly. */
export function formatCount(n: number): string {
  return n > 99 ? `${formatNumber(99)}+` : formatNumber(n)
}

/** When the reader's day ends: "Today" must then be said anew. */
export function nextMidnight(now: number = Date.now()): number {
  const day = new Date(now)
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime()
}

/** Whole days of the reader's calendar from `at` to `now`; negative for the future. */
export function daysBetween(at: number, now: number): number {
  // Compared in UTC, because days with a clock change are not 24 hours long.
  return Math.round((midnightUtc(now) - midnightUtc(at)) / 86_400_000)
}

function midnightUtc(at: number): number {
  const day = new Date(at)
  return Date.UTC(day.getFullYear(), day.getMonth(), day.getDate())
}

function sameYear(a: number, b: number): boolean {
  return new Date(a).getFullYear() === new Date(b).getFullYear()
}

function relativeDay(days: number): string {
  const text = namedDay(days)
  return text.charAt(0).toLocaleUpperCase(locale()) + text.slice(1)
}

/** "yesterday", "today", "tomorrow", as within a sentence. */
export function namedDay(days: number): string {
  return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }).format(days, 'day')
}
