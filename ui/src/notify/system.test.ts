import { beforeEach, expect, test, vi } from 'vitest'
import { type About, Closer, closeThose, show } from './system'

type Shown = { readonly title: string; readonly tag: string; readonly data: About; close(): void }

/** What is on the screen. */
let shown: Shown[]
/** How often it was looked at. */
let looks: number
/** Called while the system is about to show one. */
let meanwhile: () => void

function put(title: string, { tag, data }: { tag: string; data: About }): void {
  const one = { title, tag, data, close: () => void (shown = shown.filter((other) => other !== one)) }
  shown = [...shown.filter((other) => other.tag !== tag), one]
}

const worker = {
  active: {},
  async showNotification(title: string, options: { tag: string; data: About }) {
    await null
    meanwhile()
    put(title, options)
  },
  getNotifications: async ({ tag }: { tag?: string } = {}) => {
    looks += 1
    return shown.filter((one) => tag === undefined || one.tag === tag)
  },
}

let isHere: boolean
let hasWorker: boolean
const follow = { isWanted: () => isHere, onpress: () => {} }
const data: About = { path: '/r/1', rooms: [[1, 9]], messages: [42] }

beforeEach(() => {
  shown = []
  looks = 0
  meanwhile = () => {}
  isHere = true
  hasWorker = true
  // As the page itself shows one, where it has no worker.
  class Notification {
    static permission = 'granted'
    constructor(title: string, options: { tag: string; data: About }) {
      put(title, options)
    }
  }
  vi.stubGlobal('window', { Notification })
  vi.stubGlobal('Notification', Notification)
  vi.stubGlobal('isSecureContext', true)
  vi.stubGlobal('navigator', {
    serviceWorker: { getRegistration: async () => (hasWorker ? worker : undefined) },
  })
})

const titles = () => shown.map(({ title }) => title)

test('one_is_shown_and_closed_when_it_is_over', async () => {
  await show('porch.room.1', 'Everybody', { data }, follow)
  expect(titles()).toEqual(['Everybody'])
  expect(await closeThose(() => false)).toBe(1)
  expect(await closeThose(({ messages }) => messages.includes(42))).toBe(0)
  expect(titles()).toEqual([])
})

test('one_that_is_on_its_way_when_the_person_goes_is_closed_and_no_other', async () => {
  await show('porch.room.2', 'Kitchen', { data }, follow)
  meanwhile = () => (isHere = false)
  await show('porch.room.1', 'Everybody', { data }, follow)
  expect(titles()).toEqual(['Kitchen'])
})

test('whoever_has_gone_before_it_is_on_its_way_is_shown_none', async () => {
  for (hasWorker of [true, false]) {
    isHere = true
    const showing = show('porch.room.1', 'Everybody', { data }, follow)
    isHere = false
    await showing
  }
  expect(titles()).toEqual([])
})

test('what_is_on_its_way_to_the_screen_is_looked_for_when_it_is_there_and_closed_if_it_is_over', async () => {
  vi.useFakeTimers()
  const closer = new Closer()
  closer.expect()
  await show('porch.room.1', 'Everybody', { data }, follow)
  closer.expect()
  closer.close(() => true)
  await vi.advanceTimersByTimeAsync(900)
  expect([looks, titles()]).toEqual([0, ['Everybody']])
  await vi.advanceTimersByTimeAsync(100)
  expect([looks, titles()]).toEqual([1, []])
  vi.useRealTimers()
})
