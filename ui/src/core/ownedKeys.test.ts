import { expect, test } from 'vitest'
import { pruneOwned } from './ownedKeys'

const KEYS = [
  'porch.draft.7.1700.3',
  'porch.draft.8.1700.3',
  'porch.notify.7.1700',
  'porch.notified.8.1700',
  'porch.emoji.7.1700',
  'porch.emoji.8.1700',
  // From before drafts had their rooms.
  'porch.drafts',
  'porch.language',
]

function storageOf(keys: readonly string[]) {
  const map = new Map(keys.map((key) => [key, '1']))
  const storage = {
    get length() {
      return map.size
    },
    key: (at: number) => [...map.keys()][at] ?? null,
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
  }
  return { map, storage }
}

test('what_is_of_nobody_who_may_keep_it_is_erased', () => {
  const { map, storage } = storageOf(KEYS)
  pruneOwned(storage, { has: (account) => account === '7.1700' })
  expect([...map.keys()]).toEqual([
    'porch.draft.7.1700.3',
    'porch.notify.7.1700',
    'porch.emoji.7.1700',
    'porch.language',
  ])
})

test('of_nobody_nothing_stays', () => {
  const { map, storage } = storageOf(KEYS)
  pruneOwned(storage, { has: () => false })
  expect([...map.keys()]).toEqual(['porch.language'])
})
