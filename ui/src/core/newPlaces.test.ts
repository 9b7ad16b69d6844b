import { expect, test } from 'vitest'
import type { Session, SessionId } from '../protocol'
import { newPlaces } from './newPlaces'

const place = (id: SessionId, current = false): Session => ({
  id,
  device: `device ${id}`,
  created_at: 1_790_000_000_000 + id,
  current,
  connected: true,
})
const ids = (...args: Parameters<typeof newPlaces>) => newPlaces(...args).map(({ id }) => id)

test('a_place_after_this_one_is_told_and_one_before_it_is_not', () => {
  const sessions = [place(4), place(5, true), place(7)]
  expect(ids(sessions, 7, 5)).toEqual([7])
  expect(newPlaces(sessions, 7, 5)[0]?.session?.device).toBe('device 7')
  expect(ids([place(4), place(5, true)], 5, 0)).toEqual([])
})

test('what_was_told_before_is_not_told_again_but_for_what_has_just_come', () => {
  const sessions = [place(5, true), place(7), place(9)]
  expect(ids(sessions, 9, 7)).toEqual([9])
  expect(ids(sessions, 9, 5)).toEqual([9, 7])
  // Another tab of this browser was quicker.
  expect(ids(sessions, 9, 9)).toEqual([9])
})

test('a_place_that_is_signed_out_again_is_told_as_such', () => {
  expect(newPlaces([place(5, true)], 8, 5)).toEqual([{ id: 8, session: null }])
  expect(ids([place(5, true), place(7)], 8, 5)).toEqual([8, 7])
})

test('somebody_who_is_signed_out_themselves_is_told_nothing', () => {
  expect(ids([place(7)], 8, 0)).toEqual([])
  expect(ids([], 8, 0)).toEqual([])
})

test('signing_in_again_here_is_no_news', () => {
  expect(ids([place(4), place(9, true)], 9, 5)).toEqual([])
})
