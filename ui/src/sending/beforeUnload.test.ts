import { beforeEach, expect, test, vi } from 'vitest'
import { RoomState } from '../core/room.svelte'
import { room } from '../core/testing/box'
import { alsoHolds, mindTrays } from './beforeUnload'
import { trayOf } from './tray.svelte'

const page = vi.hoisted(() => ({ rooms: new Map<number, unknown>(), ask: null as EventListener | null }))
vi.mock('../chat', () => ({ chat: { rooms: { all: page.rooms } } }))
vi.mock('./shrink', () => ({ openPicture: async () => null }))

beforeEach(() => {
  page.rooms.clear()
  page.ask = null
  vi.stubGlobal('addEventListener', (_: string, ask: EventListener) => (page.ask = ask))
  vi.stubGlobal('removeEventListener', () => (page.ask = null))
})

/** Whether somebody who leaves the page now is asked. */
function isAsked(): boolean {
  const preventDefault = vi.fn()
  page.ask?.({ preventDefault } as unknown as Event)
  return preventDefault.mock.calls.length > 0
}

test('who_leaves_the_page_is_asked_only_while_a_tray_holds_something', () => {
  const state = new RoomState(room())
  page.rooms.set(state.id, state)
  mindTrays()
  expect(page.ask).toBeNull()
  const tray = trayOf(state)
  tray.add([new File(['x'], 'x')])
  mindTrays()
  expect(isAsked()).toBe(true)
  tray.remove(tray.items[0]!)
  mindTrays()
  expect(page.ask).toBeNull()
})

test('nobody_is_asked_for_the_tray_of_somebody_who_has_signed_out', () => {
  const state = new RoomState(room())
  page.rooms.set(state.id, state)
  trayOf(state).add([new File(['x'], 'x')])
  mindTrays()
  page.rooms.clear()
  expect(isAsked()).toBe(false)
})

test('who_leaves_what_was_recorded_is_asked_too', () => {
  let holds = true
  alsoHolds(() => holds)
  const state = new RoomState(room())
  page.rooms.set(state.id, state)
  mindTrays()
  expect(isAsked()).toBe(true)
  holds = false
  mindTrays()
  expect(page.ask).toBeNull()
})
