import { expect, it } from 'vitest'
import { Chosen } from './chosen.svelte'

it('knows_a_row_that_comes_after_it_was_chosen', () => {
  const chosen = new Chosen()
  chosen.choose('active', 'b')
  expect([chosen.of('a').active, chosen.of('b').active]).toEqual([false, true])
  chosen.choose('active', null)
  expect(chosen.of('b').active).toBe(false)
})

it('forgets_rows_that_are_gone', () => {
  const chosen = new Chosen()
  const gone = chosen.of('a')
  chosen.choose('active', 'a')
  chosen.keep(['b'])
  chosen.choose('active', 'b')
  expect(gone.active).toBe(true)
  expect([chosen.of('a').active, chosen.of('b').active]).toEqual([false, true])
})

it('keeps_apart_what_rows_are_chosen_for', () => {
  const chosen = new Chosen()
  const [a, b] = [chosen.of('a'), chosen.of('b')]
  chosen.choose('active', 'a')
  chosen.choose('pointed', 'b')
  chosen.choose('pointed', 'a')
  expect([a.active, a.pointed, b.pointed]).toEqual([true, true, false])
})

it('gives_a_row_the_same_flags_until_it_is_gone', () => {
  const chosen = new Chosen()
  const flags = chosen.of('a')
  chosen.keep(['a', 'b'])
  chosen.choose('flash', 'a')
  expect(chosen.of('a')).toBe(flags)
  expect(flags.flash).toBe(true)
})
