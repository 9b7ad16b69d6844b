import { afterEach, expect, test, vi } from 'vitest'
import { nextFrame } from './frame'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('what_ends_a_frame_ends_no_timer_of_the_same_number', () => {
  const timers = new Map<number, () => void>()
  const frames = new Map<number, () => void>()
  // Two series of numbers, as in browsers; both begin with 1.
  const numbered = (waiting: Map<number, () => void>) => {
    let number = 0
    return (call: () => void) => {
      waiting.set(++number, call)
      return number
    }
  }
  vi.stubGlobal('setTimeout', numbered(timers))
  vi.stubGlobal('clearTimeout', (number?: number) => timers.delete(number ?? 0))
  vi.stubGlobal('requestAnimationFrame', numbered(frames))
  vi.stubGlobal('cancelAnimationFrame', (number: number) => frames.delete(number))
  const others = vi.fn()
  for (let i = 0; i < 5; i++) setTimeout(others)
  const drawn = vi.fn()
  for (let i = 1; i <= 5; i++) {
    nextFrame(drawn, 0)
    frames.get(i)!()
  }
  expect(drawn).toHaveBeenCalledTimes(5)
  expect([...timers.values()]).toEqual([others, others, others, others, others])
})

test('a_rest_is_waited_for_and_where_nothing_is_drawn_a_time', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const asked = vi.fn(() => 1)
  vi.stubGlobal('requestAnimationFrame', asked)
  vi.stubGlobal('cancelAnimationFrame', () => {})
  const drawn = vi.fn()
  nextFrame(drawn, 50)
  vi.advanceTimersByTime(49)
  expect(asked).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(asked).toHaveBeenCalledOnce()
  vi.advanceTimersByTime(150)
  expect(drawn).toHaveBeenCalledOnce()
  expect(vi.getTimerCount()).toBe(0)
})
