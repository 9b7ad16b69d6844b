import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Box, grace, room } from './testing/box'
import { Device } from './testing/device'
import { Browser } from './testing/tab'

let box: Box
let browser: Browser

beforeEach(async () => {
  box = await Box.open()
  browser = new Browser(box, new Device())
})

afterEach(async () => {
  browser.close()
  await box.close()
})

const direct = (receipt?: { delivered_n: number; read_n: number }) =>
  room({ id: 7, kind: 'direct', with: grace.id, last_n: 5, read_n: 5, ...(receipt && { receipt }) })

test('how_far_the_other_one_is_comes_with_the_room_and_then_by_itself', async () => {
  const { chat, guest } = await browser.inside({ rooms: [room(), direct({ delivered_n: 5, read_n: 3 })] })
  const state = chat.rooms.get(7)!
  expect(state.receipt).toEqual({ delivered_n: 5, read_n: 3 })
  expect(chat.rooms.get(1)!.receipt).toBeUndefined()
  guest.say({
    type: 'receipts',
    receipts: [
      { room: 7, delivered_n: 5, read_n: 5 },
      // One of very many rooms, of which the welcome told nothing.
      { room: 9, delivered_n: 1, read_n: 1 },
    ],
  })
  await vi.waitFor(() => expect(state.receipt).toMatchObject({ delivered_n: 5, read_n: 5 }))
  // Somebody has turned them off.
  guest.say({ type: 'receipts', receipts: [{ room: 7, delivered_n: 0, read_n: 0 }] })
  await vi.waitFor(() => expect(state.receipt).toMatchObject({ delivered_n: 0, read_n: 0 }))
  guest.say({ type: 'room', room: direct({ delivered_n: 2, read_n: 2 }) })
  await vi.waitFor(() => expect(state.receipt?.read_n).toBe(2))
  guest.say({ type: 'room', room: direct() })
  await vi.waitFor(() => expect(state.receipt).toBeUndefined())
})

test('without_the_box_it_is_what_was_known_last_after_a_reload_too', async () => {
  const { chat, guest } = await browser.inside({ seq: 10, rooms: [room(), direct()] })
  guest.say({ type: 'receipts', receipts: [{ room: 7, delivered_n: 5, read_n: 4 }] })
  await vi.waitFor(() => expect(chat.rooms.get(7)!.receipt?.read_n).toBe(4))
  await chat.entry.kept.flush()
  browser.isThere = false
  chat.hide()
  const next = browser.tab()
  await next.entry.start()
  expect(next.rooms.get(7)?.receipt).toMatchObject({ delivered_n: 5, read_n: 4 })
})
