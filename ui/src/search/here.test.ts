import { beforeEach, expect, test } from 'vitest'
import { Refusal } from '../core/api'
import type { Hit, SearchPage } from '../protocol'
import { SearchHere } from './here.svelte'

const hit = (id: number) => ({ message: { id }, marks: [] }) as unknown as Hit
const page = (ids: number[], next: string | null = null): SearchPage => ({ hits: ids.map(hit), next, cut: 0 })

let shown: number[]
beforeEach(() => {
  shown = []
})

/** A room in which these pages are found, whatever is looked for. */
function over(pages: { readonly [cursor: string]: SearchPage }, open: number | null = null): SearchHere {
  const ask = async (_: string, cursor: string | null) => pages[cursor ?? 'first'] ?? page([])
  return new SearchHere(ask, open, (message) => shown.push(message))
}

test('the_newest_hit_is_shown_first_and_the_steps_go_both_ways', async () => {
  const here = over({ first: page([9, 5, 2]) })
  await here.find('soup')
  expect([here.at, here.place]).toEqual([1, 9])
  expect([await here.older(), await here.older(), await here.older()]).toEqual([true, true, false])
  expect([here.newer(), here.newer(), here.newer()]).toEqual([true, true, false])
  expect(shown).toEqual([9, 5, 2, 5, 9])
})

test('a_step_past_the_last_hit_loads_more_also_through_empty_pages', async () => {
  const here = over({ first: page([9], 'a'), a: page([], 'b'), b: page([4]) })
  await here.find('soup')
  expect(here.search.next).toBe('a')
  expect(await here.older()).toBe(true)
  expect([here.at, here.place, here.search.next]).toEqual([2, 4, null])
})

test('a_step_that_could_not_be_loaded_is_no_end', async () => {
  const here = new SearchHere(
    async (_, cursor) => {
      if (cursor !== null) throw new Refusal('unreachable')
      return page([9], 'a')
    },
    null,
    (message) => shown.push(message),
  )
  await here.find('soup')
  expect(await here.older()).toBe(true)
  expect([here.search.fault, here.place]).toEqual(['unreachable', 9])
})

test('what_was_open_before_stays_open_and_hits_are_counted_from_it', async () => {
  const here = over({ first: page([9, 5, 2]) }, 7)
  await here.find('soup')
  expect([here.at, shown]).toEqual([0, []])
  await here.older()
  expect([here.at, shown]).toEqual([2, [5]])
})

test('a_hit_that_still_is_one_stays_when_the_words_change_and_another_does_not', async () => {
  const pages = new Map([
    ['so', page([9, 5, 2])],
    ['sou', page([5, 2])],
    ['soup', page([2])],
    ['soups', page([])],
  ])
  const here = new SearchHere(
    async (text) => pages.get(text)!,
    null,
    (message) => shown.push(message),
  )
  await here.find('so')
  await here.older()
  await here.find('sou')
  expect([here.at, shown]).toEqual([1, [9, 5]])
  await here.find('soup')
  expect([here.at, shown]).toEqual([1, [9, 5, 2]])
  await here.find('soups')
  expect([here.at, here.place, shown]).toEqual([0, 2, [9, 5, 2]])
})

test('an_answer_to_words_of_before_shows_nothing', async () => {
  const answers = new Map<string, (page: SearchPage) => void>()
  const ask = (text: string) => new Promise<SearchPage>((resolve) => answers.set(text, resolve))
  const here = new SearchHere(ask, null, (message) => shown.push(message))
  const first = here.find('a')
  const second = here.find('ab')
  answers.get('a')?.(page([1]))
  await first
  expect(shown).toEqual([])
  expect(here.finding).toBe(true)
  answers.get('ab')?.(page([2]))
  await second
  expect([here.finding, shown]).toEqual([false, [2]])
})

test('a_hit_that_is_deleted_leaves_its_place_to_count_from', async () => {
  const here = over({ first: page([9, 5, 2]) })
  await here.find('soup')
  await here.older()
  here.search.drop(5)
  expect(here.at).toBe(0)
  await here.older()
  expect([here.at, here.place]).toEqual([2, 2])
})
