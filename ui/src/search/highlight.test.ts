import { expect, test } from 'vitest'
import { asDrawn } from '../parts/stacks'
import { placesIn } from './highlight'

/** What of `written[start, end)` is drawn, as it is drawn. */
function shown(drawn: string, written: string, start: number, end: number): string {
  const places = placesIn(drawn, written).slice(start, end)
  return places.map((at) => drawn[at] ?? '·').join('')
}

test('a_text_that_is_drawn_as_it_was_written_has_every_place', () => {
  expect(placesIn('今晚 soup', '今晚 soup')).toEqual([0, 1, 2, 3, 4, 5, 6])
  expect(placesIn('', '')).toEqual([])
})

test('what_is_left_out_has_no_place_and_what_follows_has_its_own', () => {
  expect(shown('run code now', 'run `code` now', 4, 10)).toBe('·code·')
  expect(shown('run code now', 'run `code` now', 11, 14)).toBe('now')
  const piled = `a${'\u0301'.repeat(300)} soup`
  expect(shown(asDrawn(piled), piled, piled.length - 4, piled.length)).toBe('soup')
})

test('a_sign_that_is_drawn_for_another_moves_nothing', () => {
  const turned = 'one \u202etwo\u202c three'
  expect(shown(asDrawn(turned), turned, turned.length - 5, turned.length)).toBe('three')
  expect(shown(asDrawn(turned), turned, 5, 8)).toBe('two')
})

test('what_is_folded_away_or_added_has_no_place', () => {
  expect(shown('one two', 'one two three', 8, 13)).toBe('·····')
  expect(shown('• soup', 'soup', 0, 4)).toBe('soup')
})
