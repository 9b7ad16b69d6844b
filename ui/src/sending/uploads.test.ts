import { beforeEach, expect, test, vi } from 'vitest'
import { RoomState } from '../core/room.svelte'
import { file } from '../core/testing/attachments'
import { room } from '../core/testing/box'
import { sendFiles } from './uploads'

const page = vi.hoisted(() => ({
  rooms: new Map<number, RoomState>(),
  /** Says whether the files are on the device now. */
  kept: (_: boolean) => {},
  ask: null as EventListener | null,
  shown: [] as string[],
}))
vi.mock('../chat', () => ({
  chat: {
    me: { id: 1, since: 1 },
    rooms: { all: page.rooms, get: (id: number) => page.rooms.get(id) },
    entry: { kept: { outbox: { uploadBy: () => {} } } },
    send: (id: number) => {
      const pending = { client_msg_id: 'a', room: id, body: '', written_at: 1, failed: null }
      page.rooms.get(id)!.pending = [pending]
      return 'a'
    },
  },
}))
vi.mock('../core/keptFiles', () => ({
  KeptFiles: class {
    hold() {}
    keep = () => new Promise<boolean>((resolve) => (page.kept = resolve))
  },
}))
vi.mock('../i18n/screens', () => ({ t: (key: string) => key }))
vi.mock('../parts/toasts.svelte', () => ({ toasts: { show: (text: string) => page.shown.push(text) } }))
vi.mock('./shrink', () => ({ openPicture: async () => null }))

let state: RoomState

beforeEach(() => {
  state = new RoomState(room())
  page.rooms.set(state.id, state)
  page.shown = []
  vi.stubGlobal('addEventListener', (_: string, ask: EventListener) => (page.ask = ask))
  vi.stubGlobal('removeEventListener', () => (page.ask = null))
})

/** Whether somebody who leaves the page now is asked. */
function isAsked(): boolean {
  const preventDefault = vi.fn()
  page.ask?.({ preventDefault } as unknown as Event)
  return preventDefault.mock.calls.length > 0
}

test('who_leaves_before_what_was_sent_lies_on_the_device_is_asked', async () => {
  const sent = sendFiles(state, '', [file()], [new Blob(['x'])], {})
  expect(isAsked()).toBe(true)
  page.kept(true)
  await sent
  expect([isAsked(), page.shown]).toEqual([false, []])
})

test('who_leaves_what_this_device_cannot_keep_is_asked_until_it_is_sent', async () => {
  const sent = sendFiles(state, '', [file()], [new Blob(['x'])], {})
  page.kept(false)
  await sent
  expect([isAsked(), page.shown]).toEqual([true, ['sending.notKept']])
  state.pending = []
  expect(isAsked()).toBe(false)
})
