/** Quiet hours, by the clock of the device. Pure. */

/** From then until then, as `22:00`. */
export type QuietHours = { readonly from: string; readonly to: string }

/** What is offered where somebody turns them on. */
export const NIGHT: QuietHours = { from: '22:00', to: '07:00' }

/** Minutes since midnight; NaN where it is no time. */
export function minutesOf(time: string): number {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? []
  return Number(hours) * 60 + Number(minutes)
}

/** Whether it is quiet now. A span may go over midnight; one that ends when it begins is the whole day. */
export function isQuiet(hours: QuietHours | null, now: Date): boolean {
  if (!hours) return false
  const [from, to] = [minutesOf(hours.from), minutesOf(hours.to)]
  const minute = now.getHours() * 60 + now.getMinutes()
  return from < to ? from <= minute && minute < to : !(from > to) || minute >= from || minute < to
}
