import { expect, test, vi } from 'vitest'
import * as folding from './fold'
import { bestMatches } from './match'

test('among_many_names_each_is_folded_once_and_what_is_typed_once', () => {
  const fold = vi.spyOn(folding, 'fold')
  const names = Array.from({ length: 50 }, (_, at) => `王明 ${at}`)
  expect(bestMatches(names, (name) => name, 'WÁNG')).toHaveLength(50)
  expect(fold).toHaveBeenCalledTimes(51)
})
