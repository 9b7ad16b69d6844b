import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { badge } from './badge'

let page: { title: string; querySelector: () => null }

beforeEach(() => {
  vi.useFakeTimers()
  page = { title: '', querySelector: () => null }
  vi.stubGlobal('document', page)
  vi.stubGlobal('navigator', {})
})

afterEach(() => {
  vi.runAllTimers()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('a_place_is_in_the_title_at_once_and_none_while_its_screen_is_on_its_way', () => {
  badge('Everybody', 'porch', 0)
  expect(page.title).toBe('Everybody · porch')
  badge('', 'porch', 0)
  expect(page.title).toBe('Everybody · porch')
  badge('Settings', 'porch', 0)
  expect(page.title).toBe('Settings · porch')
  badge('', 'porch', 0)
  vi.advanceTimersByTime(2_000)
  expect(page.title, 'where there is none').toBe('porch')
})

test('in_a_busy_room_the_count_is_told_once_a_second', () => {
  badge('Everybody', 'porch', 0)
  for (let n = 1; n <= 5; n += 1) badge('Everybody', 'porch', n)
  expect(page.title).toBe('Everybody · porch')
  vi.advanceTimersByTime(1_000)
  expect(page.title).toBe('(5) Everybody · porch')
})
