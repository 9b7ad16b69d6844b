import { expect, test } from 'vitest'
import { idMaker, nextClientMsgId } from './ids'

const chance = (bytes: Uint8Array) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>)

test('ids_are_what_the_protocol_allows', () => {
  for (let i = 0; i < 100; i++) expect(nextClientMsgId()).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
})

test('ids_of_one_millisecond_grow', () => {
  const next = idMaker(() => 1_790_000_000_000, chance)
  const ids = Array.from({ length: 1_000 }, next)
  expect(ids).toEqual([...ids].sort())
  expect(new Set(ids).size).toBe(1_000)
})

test('ids_grow_when_the_clock_is_set_back', () => {
  let now = 1_790_000_000_000
  const next = idMaker(() => now, chance)
  const before = next()
  now -= 3_600_000
  expect(next() > before).toBe(true)
})

test('an_increment_carries_over', () => {
  const next = idMaker(
    () => 1,
    (bytes) => bytes.fill(31, 8),
  )
  expect(next().slice(10)).toBe('00000000ZZZZZZZZ')
  expect(next().slice(10)).toBe('0000000100000000')
})

test('ids_begin_with_the_time', () => {
  const early = idMaker(() => 1_790_000_000_000, chance)()
  const late = idMaker(() => 1_790_000_000_001, chance)()
  expect(early.slice(0, 10) < late.slice(0, 10)).toBe(true)
})
