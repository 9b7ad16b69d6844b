/** Bytes, how long something is heard, months: for screens loaded on demand. */
import { dateFormat } from './format'
import { locale } from './language.svelte'

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

/** "532 bytes", "1.2 MB": as file managers count, by thousands. */
export function formatBytes(bytes: number): string {
  let at = 0
  let count = bytes
  // What is rounded up to a thousand is one of the next.
  while (count >= 999.5 && at < UNITS.length - 1) {
    count /= 1_000
    at += 1
  }
  return new Intl.NumberFormat(locale(), {
    style: 'unit',
    unit: UNITS[at],
    unitDisplay: at === 0 ? 'long' : 'short',
    maximumFractionDigits: count < 10 && at > 0 ? 1 : 0,
  }).format(count)
}

/** "0:12", "12:05": minutes and seconds. */
export function formatLength(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** "November 2026". */
export function formatMonth(at: number): string {
  return dateFormat('month', { month: 'long', year: 'numeric' }).format(at)
}
