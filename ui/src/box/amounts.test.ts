import { expect, test } from 'vitest'
import { FILE_BYTES_MAX, FILE_BYTES_MAX_LEAST } from '../limits'
import { amounts } from './amounts'

test('what_is_set_is_among_what_can_be_chosen_and_no_limit_where_there_may_be_none', () => {
  expect(amounts('file_bytes_max', FILE_BYTES_MAX)).toContain(FILE_BYTES_MAX)
  expect(amounts('file_bytes_max', FILE_BYTES_MAX)).not.toContain(0)
  expect(amounts('person_bytes_max', 0).at(-1)).toBe(0)
  const odd = amounts('all_bytes_max', 7)
  expect([odd[0], odd.filter((bytes) => bytes === 7).length, odd.at(-1)]).toEqual([7, 1, 0])
  for (const bytes of amounts('file_bytes_max', FILE_BYTES_MAX)) {
    expect(bytes).toBeGreaterThanOrEqual(FILE_BYTES_MAX_LEAST)
  }
})
