import { beforeEach, expect, test, vi } from 'vitest'

/** The locks that the browser has given, and whether it gives any. */
let locks: { release: () => Promise<void>; take: () => void; isHeld: boolean }[]
let isGiving: boolean
let awake: typeof import('./awake')

const settled = () => new Promise((resolve) => setTimeout(resolve))
const held = () => locks.filter(({ isHeld }) => isHeld).length

beforeEach(async () => {
  locks = []
  isGiving = true
  vi.stubGlobal('navigator', { wakeLock: { request } })
  vi.resetModules()
  awake = await import('./awake')
})

async function request() {
  if (!isGiving) throw new DOMException('the battery is low', 'NotAllowedError')
  let tell = () => {}
  const lock = {
    isHeld: true,
    addEventListener: (_: string, call: () => void) => (tell = call),
    /** As the browser does when the page is hidden. */
    take() {
      lock.isHeld = false
      tell()
    },
    release: async () => lock.take(),
  }
  locks.push(lock)
  return lock
}

test('the_screen_stays_on_as_long_as_it_is_wanted_and_by_one_lock', async () => {
  awake.stayAwake(true)
  awake.stayAwake(true)
  await settled()
  expect([locks.length, held()]).toEqual([1, 1])
  awake.stayAwake(false)
  await settled()
  expect(held()).toBe(0)
})

test('what_the_browser_takes_back_or_refuses_is_asked_for_again', async () => {
  isGiving = false
  awake.stayAwake(true)
  await settled()
  isGiving = true
  awake.stayAwake(true)
  await settled()
  expect(held()).toBe(1)
  locks[0]!.take()
  awake.stayAwake(true)
  await settled()
  expect([locks.length, held()]).toEqual([2, 1])
})

test('who_changes_their_mind_while_it_is_asked_for_keeps_no_screen_on', async () => {
  awake.stayAwake(true)
  awake.stayAwake(false)
  await settled()
  expect(held()).toBe(0)
})

test('a_browser_without_it_is_asked_for_nothing', async () => {
  vi.stubGlobal('navigator', {})
  expect(awake.canStayAwake()).toBe(false)
  awake.stayAwake(true)
  await settled()
  expect(locks).toEqual([])
})
