import { expect, test } from 'vitest'
import { isQuiet, minutesOf } from './quiet'

const at = (time: string) => new Date(`2026-11-26T${time}:00`)

test.each([
  ['22:00', '07:00', '21:59', false],
  ['22:00', '07:00', '22:00', true],
  ['22:00', '07:00', '23:59', true],
  ['22:00', '07:00', '00:00', true],
  ['22:00', '07:00', '06:59', true],
  ['22:00', '07:00', '07:00', false],
  ['13:00', '14:30', '12:59', false],
  ['13:00', '14:30', '13:00', true],
  ['13:00', '14:30', '14:29', true],
  ['13:00', '14:30', '14:30', false],
  ['00:00', '00:00', '12:00', true],
  ['08:00', '08:00', '07:59', true],
])('from %s to %s it is quiet at %s: %s', (from, to, now, quiet) => {
  expect(isQuiet({ from, to }, at(now))).toBe(quiet)
})

test('without_quiet_hours_it_is_never_quiet', () => expect(isQuiet(null, at('03:00'))).toBe(false))

test('what_is_no_time_has_no_minutes', () => {
  expect([minutesOf('00:00'), minutesOf('23:59')]).toEqual([0, 1439])
  for (const wrong of ['', '24:00', '7:00', '12:60', 'noon']) expect(minutesOf(wrong)).toBeNaN()
})
