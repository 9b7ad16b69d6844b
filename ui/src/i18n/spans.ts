/** Ends and lengths of time, for screens loaded on demand. */
import { asWritten, dateFormat, daysBetween, formatTime, namedDay } from './format'
import { locale } from './language.svelte'

/** "20 November 2026 at 14:05"; for today and tomorrow the day by its name: for when something ends. */
export function formatWhen(at: number, now: number = Date.now()): string {
  const days = daysBetween(at, now)
  if (days === 0) return formatTime(at)
  if (days === -1) return asWritten(`${namedDay(1)} ${formatTime(at)}`)
  return asWritten(dateFormat('when', { dateStyle: 'medium', timeStyle: 'short' }).format(at))
}

/** Sentences one after another: with spaces between them only in languages that write some. */
export function joinSentences(...sentences: (string | false)[]): string {
  return sentences.filter((sentence) => sentence !== false).join(locale().startsWith('zh') ? '' : ' ')
}

/** "50 ms", "1.2 sec": how long a page took. */
export function formatDelay(ms: number): string {
  const [unit, count] = ms < 1_000 ? (['millisecond', ms] as const) : (['second', ms / 1_000] as const)
  const options = { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 } as const
  return new Intl.NumberFormat(locale(), options).format(count)
}

const UNITS_S = [
  ['year', 365.25 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** "3 years", "2 days", "5 minutes": a span in the largest unit that fits it. */
export function formatSpan(seconds: number): string {
  const [unit, length] = UNITS_S.find(([, length]) => seconds >= length) ?? ['second', 1]
  const options = { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 } as const
  return new Intl.NumberFormat(locale(), options).format(Math.round(seconds / length))
}
