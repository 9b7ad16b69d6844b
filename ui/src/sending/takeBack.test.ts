import { beforeEach, expect, test, vi } from 'vitest'
import { type Pending, RoomState } from '../core/room.svelte'
import { file } from '../core/testing/attachments'
import { room } from '../core/testing/box'
import { takeBack } from './takeBack'
import { trayOf } from './tray.svelte'

const page = vi.hoisted(() => ({
  room: null as unknown as RoomState,
  discarded: [] as string[],
  shown: [] as string[],
}))
vi.mock('../chat', () => ({
  chat: {
    rooms: { get: () => page.room },
    setDraft: (_: number, text: string) => (page.room.draft = text),
    discard: (id: string) => page.discarded.push(id),
  },
}))
vi.mock('./uploads', () => ({ files: { blob: async () => new Blob(['x']) } }))
vi.mock('./shrink', () => ({ openPicture: async () => null }))
vi.mock('../i18n/screens', () => ({ t: (key: string) => key }))
vi.mock('../parts/toasts.svelte', () => ({ toasts: { show: (text: string) => page.shown.push(text) } }))

const pending = (body: string): Pending => ({
  client_msg_id: 'a',
  room: 1,
  body,
  written_at: 1,
  failed: null,
  attachments: [file()],
})

beforeEach(() => {
  page.room = new RoomState(room())
  page.discarded = []
  page.shown = []
})

test('words_and_files_go_back_before_what_was_written_since', async () => {
  const one = pending('Look')
  page.room.pending = [one]
  page.room.draft = 'and this'
  await takeBack(one)
  expect(page.room.draft).toBe('Look\nand this')
  expect(trayOf(page.room).items.map((item) => item.file.name)).toEqual(['report.pdf'])
  expect([page.discarded, page.shown]).toEqual([['a'], ['sending.back']])
})

test('no_words_leave_the_draft_as_it_is', async () => {
  const one = pending('')
  page.room.pending = [one]
  await takeBack(one)
  expect(page.room.draft).toBe('')
})

test('what_has_arrived_meanwhile_stays_sent', async () => {
  await takeBack(pending('Look'))
  expect([page.room.draft, page.discarded, page.shown]).toEqual(['', [], []])
  expect(trayOf(page.room).items).toEqual([])
})
