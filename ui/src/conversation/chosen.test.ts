import { expect, it } from 'vitest'
import { Chosen } from './chosen.svelte'

it('knows_a_row_that_comes_after_it_was_chosen', () => {
  const chosen = new Chosen()
  chosen.choose('b')
  chosen.meet(['a', 'b'])
  expect([chosen.is('a'), chosen.is('b')]).toEqual([false, true])
  chosen.choose(null)
  expect(chosen.is('b')).toBe(false)
})

it('forgets_rows_that_are_gone', () => {
  const chosen = new Chosen()
  chosen.meet(['a', 'b'])
  chosen.choose('a')
  chosen.meet(['b'])
  expect([chosen.is('a'), chosen.is('b')]).toEqual([false, false])
  // It is still the chosen one, should it come back.
  chosen.meet(['a', 'b'])
  expect(chosen.is('a')).toBe(true)
})
