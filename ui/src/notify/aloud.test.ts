import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Aloud } from './aloud'

let said: number[][] = []
let aloud: Aloud

beforeEach(() => {
  vi.useFakeTimers()
  said = []
  aloud = new Aloud((news) => said.push(news.map(({ room }) => room)))
})

afterEach(() => vi.useRealTimers())

const hear = (room: number) => aloud.hear({ room, n: 1, author: 2, isCalled: false })

test('many_messages_of_a_room_are_said_once_and_anew_after_a_pause', () => {
  for (let n = 0; n < 20; n += 1) {
    hear(1)
    vi.advanceTimersByTime(5_000)
  }
  expect(said).toEqual([[1]])
  vi.advanceTimersByTime(60_000)
  hear(1)
  vi.advanceTimersByTime(5_000)
  expect(said).toEqual([[1], [1]])
})

test('what_comes_together_is_said_together', () => {
  hear(1)
  hear(2)
  vi.advanceTimersByTime(5_000)
  expect(said).toEqual([[1, 2]])
})

test('a_room_that_was_looked_at_is_said_anew', () => {
  hear(1)
  vi.advanceTimersByTime(5_000)
  aloud.seen(1)
  hear(1)
  vi.advanceTimersByTime(5_000)
  expect(said).toEqual([[1], [1]])
})

test('nothing_is_said_to_who_comes_next', () => {
  hear(1)
  aloud.stop()
  vi.advanceTimersByTime(5_000)
  expect(said).toEqual([])
})
