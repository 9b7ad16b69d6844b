import { expect, test } from 'vitest'
import { partsOf } from './parts'

test('what_stands_between_the_links_is_kept_as_it_is', () => {
  expect(partsOf('看 example.com，ok', 'porch.local')).toEqual([
    { text: '看 ', href: null },
    { text: 'example.com', href: 'https://example.com' },
    { text: '，ok', href: null },
  ])
  expect(partsOf('', 'porch.local')).toEqual([])
  expect(partsOf('a\nb', 'porch.local')).toEqual([{ text: 'a\nb', href: null }])
})
