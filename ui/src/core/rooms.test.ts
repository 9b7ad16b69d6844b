import { expect, test, vi } from 'vitest'
import { loadArchived } from './archived'
import { deletion, message, room, written } from './testing/box'
import { answers, box, chat, given, inside, openChat } from './testing/chat'

test('deleted_messages_are_not_unread_however_often_and_in_whatever_order_that_is_told', async () => {
  const told = room({ last_n: 9, read_n: 2, deleted: [[4, 5]] })
  const guest = await inside({ seq: 20, rooms: [told] })
  const state = chat.rooms.get(1)!
  expect(state.unread).toBe(5)
  guest.tell(deletion(18, { room: 1, message: 10, n: 5 }), deletion(19, { room: 1, message: 7, n: 2 }))
  guest.tell(deletion(21, { room: 1, message: 15, n: 9 }))
  await vi.waitFor(() => expect(state.unread).toBe(4))
  guest.say({ type: 'room', room: told })
  guest.tell(written(message({ id: 22, n: 10 })))
  await vi.waitFor(() => expect(state.last_n).toBe(10))
  expect(state.unread).toBe(5)
  chat.markRead(1, 4)
  expect(state.unread).toBe(4)
  guest.say({ type: 'read', room: 1, n: 9, set_back: 0 })
  await vi.waitFor(() => expect(state.unread).toBe(1))
  guest.tell(deletion(23, { room: 1, message: 22, n: 10 }))
  await vi.waitFor(() => expect(state.unread).toBe(0))
})

test('what_is_set_of_a_room_is_taken_over_and_nothing_else_of_it', async () => {
  const guest = await inside({
    rooms: [room({ id: 4, kind: 'open', name: 'Kitchen', last_n: 9, read_n: 2 })],
  })
  const state = chat.rooms.get(4)!
  guest.say({
    type: 'room_settings',
    room: 4,
    settings: { name: 'Galley', archived: true, guests: true },
    may: ['leave'],
    archives: true,
  })
  await vi.waitFor(() => expect(state.settings.name).toBe('Galley'))
  expect(state.may).toEqual(['leave'])
  expect([state.settings.archived, state.settings.guests, state.unread, chat.rooms.archived]).toEqual([
    true,
    true,
    7,
    1,
  ])
  // One of very many rooms, of which the welcome told nothing.
  guest.say({
    type: 'room_settings',
    room: 5,
    settings: { name: 'Hall', archived: false, guests: false },
    may: [],
  })
  guest.say({
    type: 'room',
    room: room({ id: 4, kind: 'open', name: 'Galley', guests: true }),
    back: true,
  })
  await vi.waitFor(() => expect(state.settings.archived).toBe(false))
  expect([chat.rooms.archived, chat.rooms.all.has(5)]).toEqual([0, false])
})

test('what_one_is_notified_of_is_taken_over_and_a_muted_room_counts_for_itself_alone', async () => {
  const direct = room({ id: 2, kind: 'direct', with: 2, last_n: 3, notify: 'mine' })
  const guest = await inside({ rooms: [room({ last_n: 2 }), direct, room({ id: 3, kind: 'direct' })] })
  expect([1, 2, 3].map((id) => chat.rooms.get(id)!.notify)).toEqual(['mine', 'mine', 'all'])
  expect(chat.rooms.unread).toBe(5)
  guest.say({ type: 'room', room: { ...direct, notify: 'none' } })
  await vi.waitFor(() => expect(chat.rooms.get(2)!.notify).toBe('none'))
  expect([chat.rooms.get(2)!.unread, chat.rooms.unread]).toEqual([3, 2])
  const beside = [1, 2, 3].map((id) => chat.rooms.unreadBeside(chat.rooms.get(id)!))
  expect(beside, 'nor is it taken off where it is the one in sight').toEqual([0, 2, 2])
  const { notify: _, ...unchosen } = direct
  guest.say({ type: 'room', room: unchosen })
  await vi.waitFor(() => expect(chat.rooms.unread).toBe(5))
})

test('of_very_many_deleted_messages_only_as_many_are_counted_as_are_shown', async () => {
  await inside({ rooms: [room({ last_n: 9e15, read_n: 0, deleted: [[1, 9e15 - 2]] })] })
  expect(chat.rooms.get(1)!.unread).toBeGreaterThan(999)
})

test('a_message_becomes_the_last_of_its_room_and_unread', async () => {
  const guest = await inside({ rooms: [room(), room({ id: 4, kind: 'open' })] })
  guest.tell(written(message({ id: 9, room: 4, n: 1 })))
  await vi.waitFor(() => expect(chat.rooms.get(4)?.unread).toBe(1))
  expect(chat.rooms.get(4)?.last?.preview).toBe('Hello porch')
  expect(chat.rooms.sorted.map((one) => one.id)).toEqual([4, 1])
})

test('rooms_that_are_not_in_welcome_are_gone', async () => {
  await inside({ rooms: [room(), room({ id: 4 })] })
  chat.hide()
  chat.show()
  await (await box.guest()).greet({ resume: 'ok', rooms: [room()] })
  await vi.waitFor(() => expect([...chat.rooms.all.keys()]).toEqual([1]))
})

test('a_room_that_was_archived_while_away_keeps_its_draft_and_archived_ones_are_loaded_by_pages', async () => {
  await inside({ rooms: [room(), room({ id: 4, kind: 'open' })] })
  chat.setDraft(4, 'Not said yet')
  chat.hide()
  given.archived = new Set([4, 9])
  chat.show()
  await (await box.guest()).greet({ resume: 'ok', archived: 2, rooms: [room()] })
  await vi.waitFor(() => expect(chat.rooms.get(4)?.settings.archived).toBe(true))
  expect(chat.rooms.get(4)?.draft).toBe('Not said yet')
  expect(await loadArchived(chat.rooms, answers().archivedRooms, undefined)).toEqual({ last: 9, more: false })
  expect([...chat.rooms.all.keys()]).toEqual([1, 4, 9])
  expect(chat.rooms.archived).toBe(2)
})

test('rooms_that_the_welcome_had_no_place_for_are_loaded_by_pages_and_count_as_unread', async () => {
  given.joined = async (before) =>
    before === undefined
      ? { rooms: [room({ id: 9, last_n: 2 }), room({ id: 8 })], more: true }
      : { rooms: [room({ id: 7, last_n: 3 }), room({ id: 1, last_n: 5 })], more: false }
  await inside({ rooms: [room()], more: true })
  await vi.waitFor(() => expect([...chat.rooms.all.keys()].sort()).toEqual([1, 7, 8, 9]))
  expect(chat.rooms.unread).toBe(5)
  expect(chat.rooms.get(1)?.last_n).toBe(0)
  // Known already, and not in the next welcome either: asked for by pages, not one by one.
  given.joined = async () => ({
    rooms: [room({ id: 9, last_n: 4 }), room({ id: 7, last_n: 3 })],
    more: false,
  })
  chat.hide()
  chat.show()
  await (await box.guest()).greet({ resume: 'ok', rooms: [room()], more: true })
  await vi.waitFor(() => expect([...chat.rooms.all.keys()].sort()).toEqual([1, 7, 9]))
  expect(chat.rooms.unread).toBe(7)
})

test('a_room_beyond_the_welcome_is_believed_when_the_box_was_put_back', async () => {
  const attic = room({ id: 9, last_n: 9, read_n: 8 })
  given.joined = async () => ({ rooms: [attic], more: false })
  await inside({ rooms: [room()], more: true })
  await vi.waitFor(() => expect(chat.rooms.get(9)?.last_n).toBe(9))
  given.joined = async () => ({ rooms: [{ ...attic, last_n: 4, read_n: 1 }], more: false })
  chat.hide()
  chat.show()
  await (await box.guest()).greet({ resume: 'reload', rooms: [room()], more: true })
  await vi.waitFor(() => expect(chat.rooms.get(9)?.last_n).toBe(4))
  expect(chat.rooms.get(9)?.unread).toBe(3)
})

test.each([
  ['is_newer_than_that', 50, 51],
  ['counts_also_where_there_were_more_before_the_box_was_put_back', 30, 31],
])('a_message_that_comes_before_the_page_of_its_room_%s', async (_what, there, live) => {
  const attic = room({ id: 9, last_n: 50, read_n: 50 })
  given.joined = async () => ({ rooms: [attic], more: false })
  await inside({ seq: 80, rooms: [room()], more: true })
  await vi.waitFor(() => expect(chat.rooms.get(9)?.last_n).toBe(50))
  const state = chat.rooms.get(9)!
  const heard: [number, number][] = []
  chat.events.hearers.add(({ unread }, { n }) => heard.push([n, unread]))
  let answer = (_: Awaited<ReturnType<typeof given.joined>>) => {}
  given.joined = () => new Promise((resolve) => (answer = resolve))
  chat.hide()
  chat.show()
  const guest = await box.guest()
  await guest.greet({ seq: 60, resume: 'reload', rooms: [room()], more: true })
  guest.tell(written(message({ id: 61, room: 9, n: live, body: 'Now' })))
  await vi.waitFor(() => expect(state.last?.preview).toBe('Now'))
  expect([state.last_n, state.unread, heard]).toEqual([live, 1, [[live, 1]]])
  const last = { id: 40, author: 2, preview: 'Then', sent_at: 0 }
  const met = vi.spyOn(state, 'learn')
  answer({ rooms: [{ ...attic, last_n: there, read_n: there, last }], more: false })
  await vi.waitFor(() => expect(met).toHaveBeenCalled())
  expect([state.last_n, state.unread, state.last?.preview]).toEqual([live, 1, 'Now'])
  // Asked again, the box tells of it.
  guest.say({ type: 'room', room: { ...attic, last_n: there, read_n: 0, last } })
  await vi.waitFor(() => expect(state.last_n).toBe(there))
})

test('what_was_read_before_the_page_of_its_room_stays_read', async () => {
  const attic = room({ id: 9, last_n: 50, read_n: 50 })
  given.joined = async () => ({ rooms: [attic], more: false })
  await inside({ seq: 80, rooms: [room()], more: true })
  await vi.waitFor(() => expect(chat.rooms.get(9)?.last_n).toBe(50))
  const state = chat.rooms.get(9)!
  state.forgetHistory()
  state.add(message({ id: 61, room: 9, n: 31 }))
  chat.markRead(9, 31)
  state.learn({ ...attic, last_n: 30, read_n: 12 })
  expect([state.last_n, state.read_n, state.unread]).toEqual([31, 31, 0])
})

test('who_is_taken_out_of_a_room_knows_by_whom', async () => {
  const guest = await inside({ rooms: [room({ id: 4, kind: 'open', name: 'Kitchen' })] })
  guest.say({ type: 'rooms_gone', rooms: [4], archived: 0, by: 2 })
  await vi.waitFor(() => expect(chat.rooms.all.size).toBe(0))
  expect([chat.takenOut?.room.settings.name, chat.takenOut?.by]).toEqual(['Kitchen', 2])
})

test('an_archived_room_that_was_not_known_is_one_less_when_it_comes_back', async () => {
  const guest = await inside()
  chat.rooms.archived = 2
  guest.say({ type: 'room', room: room({ id: 4, name: 'Attic' }), back: true })
  guest.say({ type: 'room', room: room({ id: 5, name: 'Kitchen' }) })
  await vi.waitFor(() => expect(chat.rooms.all.size).toBe(3))
  expect(chat.rooms.archived).toBe(1)
})

test('a_read_marker_moves_at_once_here_and_at_most_once_a_second_there', async () => {
  const guest = await inside({ rooms: [room({ last_n: 17, read_n: 3 })] })
  chat.markRead(1, 10)
  chat.markRead(1, 17)
  chat.markRead(1, 12)
  expect(chat.rooms.get(1)?.unread).toBe(0)
  expect(await guest.next()).toEqual({ type: 'read', room: 1, n: 10, set_back: 0 })
  expect(await guest.next()).toEqual({ type: 'read', room: 1, n: 17, set_back: 0 })
})

test('a_page_that_is_left_says_first_what_was_read', async () => {
  const guest = await inside({ rooms: [room({ last_n: 17, read_n: 3 })] })
  chat.markRead(1, 10)
  chat.markRead(1, 17)
  chat.hide()
  expect(await guest.next()).toEqual({ type: 'read', room: 1, n: 10, set_back: 0 })
  expect(await guest.next()).toEqual({ type: 'read', room: 1, n: 17, set_back: 0 })
  await guest.closed
})

test('a_read_marker_moved_while_away_is_said_on_return', async () => {
  await inside({ rooms: [room({ last_n: 17, read_n: 3 })] })
  chat.hide()
  chat.markRead(1, 17)
  chat.show()
  const guest = await box.guest()
  await guest.greet({ resume: 'ok', rooms: [room({ last_n: 17, read_n: 3 })] })
  expect(await guest.next()).toEqual({ type: 'read', room: 1, n: 17, set_back: 0 })
})

test('a_read_marker_is_set_back_and_what_was_read_before_does_not_undo_it', async () => {
  const guest = await inside({ rooms: [room({ last_n: 9, read_n: 9 })] })
  const state = chat.rooms.get(1)!
  chat.setBack(state, 5)
  expect([state.read_n, state.unread]).toEqual([4, 5])
  expect(await guest.next()).toEqual({ type: 'read', room: 1, n: 9, set_back: 0 })
  expect(await guest.next()).toEqual({ type: 'unread', room: 1, n: 5, set_back: 0 })
  // The box tells of it, as it does to the other devices.
  guest.say({ type: 'room', room: room({ last_n: 9, read_n: 4, set_back: 1, deleted: [[6, 7]] }) })
  await vi.waitFor(() => expect([state.read_n, state.unread]).toEqual([4, 3]))
  // What is in sight is not read before the room is opened again.
  chat.markRead(1, 8)
  expect(state.read_n).toBe(4)
  state.isHeld = false
  chat.markRead(1, 8)
  guest.say({ type: 'room', room: room({ last_n: 9, read_n: 4, set_back: 1, name: 'A' }) })
  await vi.waitFor(() => expect(state.settings.name).toBe('A'))
  expect(state.read_n).toBe(8)
  guest.say({ type: 'room', room: room({ last_n: 9, read_n: 2, set_back: 2 }) })
  await vi.waitFor(() => expect(state.read_n).toBe(2))
  // Of before it was set back on another device.
  guest.say({ type: 'read', room: 1, n: 9, set_back: 1 })
  guest.say({ type: 'read', room: 1, n: 5, set_back: 2 })
  await vi.waitFor(() => expect(state.read_n).toBe(5))
  // Whoever comes back has another marker.
  guest.say({ type: 'room', room: room({ last_n: 9, read_n: 9, joined_at: 77 }) })
  await vi.waitFor(() => expect(state.read_n).toBe(9))
})

test('a_read_marker_set_back_while_away_is_set_back_on_return', async () => {
  await inside({ rooms: [room({ last_n: 9, read_n: 9 })] })
  chat.hide()
  chat.setBack(chat.rooms.get(1)!, 5)
  chat.show()
  const guest = await box.guest()
  await guest.greet({ resume: 'ok', rooms: [room({ last_n: 9, read_n: 9 })] })
  expect(await guest.next()).toEqual({ type: 'read', room: 1, n: 9, set_back: 0 })
  expect(await guest.next()).toEqual({ type: 'unread', room: 1, n: 5, set_back: 0 })
  expect(chat.rooms.get(1)?.read_n).toBe(4)
})

test('opening_a_room_to_guests_is_a_command', async () => {
  const guest = await inside()
  const opened = chat.commands.setRoom(4, { guests: true })
  const { re, command } = await guest.asked('set_room')
  expect(command).toEqual({ type: 'set_room', room: 4, setting: { guests: true } })
  guest.say({ type: 'done', re, room: 4 })
  await opened
})

test('a_room_that_was_left_takes_away_what_was_known_of_it', async () => {
  const guest = await inside({ rooms: [room(), room({ id: 4, kind: 'open' })] })
  const before = chat.events.reloads
  guest.say({ type: 'rooms_gone', rooms: [4], archived: 0, by: null })
  await vi.waitFor(() => expect(chat.events.reloads).toBe(before + 1))
})

test('a_room_that_was_left_or_a_welcome_that_goes_on_is_not_taken_for_a_box_that_tells_how_things_are', async () => {
  const guest = await inside({ seq: 20, rooms: [room(), room({ id: 4, kind: 'open' })] })
  guest.say({ type: 'rooms_gone', rooms: [4], archived: 0, by: null })
  await vi.waitFor(() => expect(chat.rooms.all.size).toBe(1))
  for (const [resume, seq, reloadedAt] of [
    ['ok', 30, 20],
    ['reload', 15, 15],
  ] as const) {
    chat.hide()
    chat.show()
    await (await box.guest()).greet({ seq, resume })
    await vi.waitFor(() => expect(chat.events.welcomedAt).toBe(seq))
    expect(chat.events.reloadedAt).toBe(reloadedAt)
  }
})

test('drafts_stay_with_their_room_over_a_reload', async () => {
  await inside({ rooms: [room(), room({ id: 4 })] })
  chat.setDraft(4, 'half a thought')
  chat.hide()
  openChat()
  await inside({ rooms: [room(), room({ id: 4 })] })
  expect(chat.rooms.get(4)?.draft).toBe('half a thought')
  expect(chat.rooms.get(1)?.draft).toBe('')
})

test('a_room_in_which_nothing_was_said_stands_where_one_came_in_and_not_above_busy_ones', async () => {
  const said = (id: number, sent_at: number) => ({
    last: { id, author: 2, preview: 'x', sent_at },
    last_n: 1,
    joined_at: 1,
  })
  const guest = await inside({
    seq: 90,
    rooms: [
      room({ id: 1, joined_at: 100 }),
      room({ id: 2, kind: 'open', ...said(40, 200) }),
      room({ id: 3, kind: 'open', joined_at: 300 }),
      room({ id: 4, kind: 'open', ...said(30, 250) }),
      room({ id: 5, kind: 'open', joined_at: 300 }),
    ],
  })
  // The order of messages is theirs, whatever the clock said when they were sent.
  expect(chat.rooms.sorted.map((one) => one.id)).toEqual([5, 3, 2, 4, 1])
  guest.say({ type: 'room', room: room({ id: 6, kind: 'open', joined_at: 400 }) })
  await vi.waitFor(() => expect(chat.rooms.sorted[0]?.id).toBe(6))
  guest.tell(written(message({ id: 91, room: 4, n: 2, sent_at: 401 })))
  await vi.waitFor(() => expect(chat.rooms.sorted.map((one) => one.id)).toEqual([4, 6, 5, 3, 2, 1]))
})

test('archived_rooms_are_counted_as_the_box_tells_known_or_not', async () => {
  const guest = await inside({ archived: 3, rooms: [room()] })
  const settings = (archived: boolean) => ({ name: 'Hall', archived, guests: false })
  // One of very many goes into the archive; one that is there gets another name.
  guest.say({ type: 'room_settings', room: 5, settings: settings(true), may: [], archives: true })
  guest.say({ type: 'room_settings', room: 6, settings: settings(true), may: [] })
  await vi.waitFor(() => expect(chat.rooms.archived).toBe(4))
  given.archived = new Set([5, 6])
  await loadArchived(chat.rooms, answers().archivedRooms, undefined)
  expect(chat.rooms.archived, 'what was loaded changes nothing').toBe(4)
  guest.say({ type: 'rooms_gone', rooms: [5, 7, 8], archived: 2, by: null })
  guest.say({ type: 'room', room: room({ id: 9, name: 'Attic' }), back: true })
  await vi.waitFor(() => expect(chat.rooms.get(9)).toBeDefined())
  expect(chat.rooms.archived).toBe(1)
})
