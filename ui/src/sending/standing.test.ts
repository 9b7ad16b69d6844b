import { expect, test } from 'vitest'
import { standingOf } from './standing'

test('what_waits_for_the_network_is_told_from_what_goes_and_what_was_paused', () => {
  const goes = { paused: false, resting: false }
  expect(standingOf(goes, 'open')).toBe('goes')
  expect(standingOf(goes, 'silent')).toBe('goes')
  expect(standingOf(goes, 'waiting')).toBe('waits')
  expect(standingOf(undefined, 'waiting')).toBe('waits')
  expect(standingOf({ ...goes, resting: true }, 'open')).toBe('waits')
  expect(standingOf({ paused: true, resting: true }, 'waiting')).toBe('paused')
})
