import { expect, test, vi } from 'vitest'
import type { Chat } from './core/chat.svelte'
import type { Phase } from './core/entry.svelte'
import { somethingToShow } from './somethingToShow'

/** A page that starts as the test says. */
function starting(start: () => Promise<Phase>) {
  const entry = {
    phase: 'starting' as Phase,
    start: async () => void (entry.phase = await start()),
  }
  let known = () => {}
  const whenKnown = () => new Promise<void>((resolve) => (known = resolve))
  let isShown = false
  void somethingToShow({ entry, rooms: { whenKnown } } as unknown as Chat).then(() => (isShown = true))
  return {
    known: () => known(),
    shown: async (ms: number) => {
      await vi.advanceTimersByTimeAsync(ms)
      return isShown
    },
  }
}

test('whoever_is_in_is_shown_their_chats_when_they_are_known_and_does_not_wait_for_ever', async () => {
  vi.useFakeTimers()
  const page = starting(async () => 'inside')
  expect(await page.shown(100)).toBe(false)
  page.known()
  expect(await page.shown(0)).toBe(true)
  expect(await starting(async () => 'inside').shown(500)).toBe(true)
})

test('whoever_is_not_in_waits_for_no_chats', async () => {
  vi.useFakeTimers()
  expect(await starting(async () => 'outside').shown(0)).toBe(true)
})

test('a_page_that_fails_to_start_is_shown_and_its_fault_is_heard', async () => {
  vi.useFakeTimers()
  const heard: unknown[] = []
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (fault) => heard.push(fault))
  try {
    const fault = new Error('no such chunk')
    expect(await starting(() => Promise.reject(fault)).shown(0)).toBe(true)
    vi.useRealTimers()
    await vi.waitFor(() => expect(heard).toEqual([fault]))
  } finally {
    process.removeAllListeners('unhandledRejection')
    for (const other of others) process.on('unhandledRejection', other)
  }
})
