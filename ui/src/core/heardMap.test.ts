import { expect, test } from 'vitest'
import { HeardMap } from './heardMap.svelte'

test('what_was_set_is_read_until_it_is_deleted', () => {
  const map = new HeardMap<number, string>()
  map.set(1, 'one')
  map.set(2, 'due')
  map.set(1, 'uno')
  expect([map.get(1), map.has(2), map.get(3), map.size]).toEqual(['uno', true, undefined, 2])
  expect([[...map.keys()], [...map.values()]]).toEqual([
    [1, 2],
    ['uno', 'due'],
  ])
  map.delete(1)
  expect([map.has(1), map.size]).toEqual([false, 1])
  map.clear()
  expect([...map.keys()]).toEqual([])
})

test('several_changes_are_made_in_one', () => {
  const map = new HeardMap<number, string>()
  map.set(1, 'one')
  map.change((entries) => {
    entries.delete(1)
    entries.set(2, 'two')
  })
  expect([...map.values()]).toEqual(['two'])
})
