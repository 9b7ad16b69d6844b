import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PROTOCOL_VERSION } from '../limits'
import type { HistoryPage, Message, SearchPage, SessionEnd, User } from '../protocol'
import * as api from './api'
import { Chat } from './chat.svelte'
import { deleteAccount, signOut } from './leaving'
import { NEW_PLACE_KEY } from './newPlaceKey'
import { ada, Box, deletion, type Guest, grace, message, room, written } from './testing/box'
import { Device } from './testing/device'

let box: Box
let chat: Chat
let signedIn: User | null
let ended: SessionEnd | undefined
let keepsCookies: boolean
let people: () => Promise<User[]>
let history: (place: api.HistoryPlace) => HistoryPage | Promise<HistoryPage>
let archived: Set<number>
let joined: typeof api.joinedRooms
let search: () => Promise<SearchPage>
let device: Device
let frame: (call: () => void) => void

/** The requests answered by the test, everything else as it is: a request nobody expected fails. */
function answers(): typeof api {
  return {
    ...api,
    box: async () => ({
      name: 'porch',
      version: '0.1.0',
      registration: 'open' as const,
      owner_exists: true,
      guests: true,
    }),
    keepsCookies: async () => keepsCookies,
    me: async () => {
      if (!signedIn) throw new api.Refusal('not_signed_in', '', undefined, [], ended)
      return { user: signedIn, has_password: true }
    },
    join: async (_token, { name }) =>
      (signedIn = { ...grace, name, role: 'guest', ends_at: Date.now() + 86_400_000 }),
    login: async ({ takeover }) => {
      if (!takeover) throw new api.Refusal('in_use_elsewhere')
      return (signedIn = ada)
    },
    logout: async () => void (signedIn = null),
    people: () => people(),
    history: async (_room, place) => history(place),
    search: () => search(),
    room: async (id) => {
      if (!archived.has(id)) throw new api.Refusal('not_a_member')
      return room({ id, archived: true })
    },
    joinedRooms: (before) => joined(before),
    archivedRooms: async () => ({
      rooms: [...archived].map((id) => room({ id, archived: true })),
      more: false,
    }),
  }
}

function makeChat(changed: Partial<typeof api> = {}): Chat {
  const { kept, storage } = device.open()
  return new Chat({
    api: { ...answers(), ...changed },
    world: {
      open: () => box.connect(),
      now: Date.now,
      chance: () => 0.5,
      tab: 7,
      frame: (call) => frame(call),
    },
    kept: async () => kept,
    storage,
  })
}

beforeEach(async () => {
  box = await Box.open()
  signedIn = ada
  ended = undefined
  keepsCookies = true
  people = async () => [ada, grace]
  history = () => ({ messages: [], more_before: false, more_after: false })
  archived = new Set()
  joined = async () => ({ rooms: [], more: false })
  device = new Device()
  frame = (call) => call()
  chat = makeChat()
})

afterEach(async () => {
  chat.hide()
  await box.close()
})

async function inside(welcome: Parameters<Guest['greet']>[0] = {}): Promise<Guest> {
  await chat.entry.start()
  const guest = await box.guest()
  await guest.greet(welcome)
  await vi.waitFor(() => expect(chat.link.is).toBe('open'))
  return guest
}

const numbers = (id: number) =>
  chat.rooms.get(id)!.timeline.ranges.flatMap((range) => range.rows.map((row) => row.n))

test('nobody_signed_in_is_outside', async () => {
  signedIn = null
  await chat.entry.start()
  expect(chat.phase).toBe('outside')
  expect(box.connections).toBe(0)
})

test('welcome_brings_the_rooms_and_the_people', async () => {
  await inside({ rooms: [room({ last_n: 17, read_n: 15 }), room({ id: 4, kind: 'open', name: 'Kitchen' })] })
  expect(chat.phase).toBe('inside')
  expect(chat.rooms.get(1)?.unread).toBe(2)
  expect(chat.rooms.unread).toBe(2)
  await vi.waitFor(() => expect(chat.peopleKnown).toBe(true))
  expect(chat.people.get(2)?.name).toBe('Grace')
})

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
  guest.say({ type: 'read', room: 1, n: 9 })
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
    type: 'room_settings',
    room: 4,
    settings: { name: 'Galley', archived: false, guests: true },
    may: ['write'],
  })
  await vi.waitFor(() => expect(state.settings.archived).toBe(false))
  expect([chat.rooms.archived, chat.rooms.all.has(5)]).toEqual([0, false])
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

test('the_echo_confirms_what_was_sent', async () => {
  const guest = await inside()
  const id = chat.send(1, 'Hello')
  expect(chat.rooms.get(1)?.pending).toHaveLength(1)
  const sent = await guest.expect('send')
  expect(sent).toEqual({ type: 'send', room: 1, client_msg_id: id, body: 'Hello' })
  guest.tell(written(message({ id: 5, author: 1, client_msg_id: id, body: 'Hello' })))
  await vi.waitFor(() => expect(chat.rooms.get(1)?.pending).toHaveLength(0))
  expect(chat.rooms.get(1)?.unread).toBe(0)
  expect(chat.unsent).toBe(0)
})

test('what_the_protocol_does_not_carry_is_left_out', async () => {
  const guest = await inside()
  chat.send(1, 'a\0b\ud800c')
  expect((await guest.expect('send')).body).toBe('ab\ufffdc')
})

test('no_half_of_a_character_is_sent_in_any_command', async () => {
  const guest = await inside()
  const made = chat.commands.createRoom('\ud800Kitchen\udfff', 'open', [])
  const { re, command } = await guest.asked('create_room')
  expect(command.name).toBe('\ufffdKitchen\ufffd')
  guest.say({ type: 'done', re, room: 4 })
  await made
})

test('a_message_that_the_box_takes_for_a_fault_is_marked_and_not_repeated', async () => {
  const guest = await inside()
  chat.send(1, 'poison')
  await guest.expect('send')
  guest.close(4000)
  await vi.waitFor(() => expect(chat.link).toEqual({ is: 'stopped', why: 'fault' }))
  expect(chat.rooms.get(1)?.pending[0]?.failed).toBe('bad_request')
})

test('a_refused_message_stays_as_failed', async () => {
  const guest = await inside()
  const id = chat.send(1, 'Hello')
  await guest.expect('send')
  guest.say({ type: 'error', code: 'disk_full', message: 'full', client_msg_id: id })
  await vi.waitFor(() => expect(chat.rooms.get(1)?.pending[0]?.failed).toBe('disk_full'))
})

test('what_was_missed_comes_once_and_nothing_twice', async () => {
  const guest = await inside({ seq: 10, rooms: [room({ last_n: 1 })] })
  guest.tell(written(message({ id: 11, n: 2 })))
  await vi.waitFor(() => expect(numbers(1)).toEqual([2]))
  guest.vanish()
  await vi.waitFor(() => expect(chat.link.is).toBe('waiting'))
  chat.wake()
  const again = await box.guest()
  expect(await again.greet({ seq: 14, resume: 'ok', rooms: [room({ last_n: 4 })] })).toBe(11)
  again.tell(
    written(message({ id: 12, n: 3 })),
    deletion(13, { room: 1, message: 11, n: 11 }),
    written(message({ id: 14, n: 4 })),
  )
  await vi.waitFor(() => expect(numbers(1)).toEqual([2, 3, 4]))
  expect(chat.rooms.get(1)?.timeline.find(11)?.deleted).toBe(true)
  expect(chat.rooms.get(1)?.last_n).toBe(4)
})

test('reload_drops_the_history_and_ok_keeps_it', async () => {
  const guest = await inside({ seq: 10, rooms: [room({ last_n: 1 })] })
  guest.tell(written(message({ id: 11, n: 2 })))
  await vi.waitFor(() => expect(numbers(1)).toEqual([2]))
  for (const [resume, left] of [
    ['ok', [2]],
    ['reload', []],
  ] as const) {
    const connections = box.connections
    chat.hide()
    chat.show()
    const again = await box.guest()
    await again.greet({ seq: 5_000, resume, rooms: [room({ last_n: 900 })] })
    await vi.waitFor(() => expect(chat.link.is).toBe('open'))
    expect(box.connections).toBe(connections + 1)
    expect(numbers(1)).toEqual(left)
  }
})

test('unsent_messages_go_out_after_a_reload_of_the_page', async () => {
  await inside()
  chat.hide()
  const id = chat.send(1, 'Written in the tunnel')
  await vi.waitFor(async () => expect(await device.records('outbox')).toHaveLength(1))
  chat = makeChat()
  const guest = await inside()
  expect(await guest.expect('send')).toMatchObject({ client_msg_id: id, body: 'Written in the tunnel' })
  expect(chat.rooms.get(1)?.pending).toHaveLength(1)
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
  archived = new Set([4, 9])
  chat.show()
  await (await box.guest()).greet({ resume: 'ok', rooms: [room()] })
  await vi.waitFor(() => expect(chat.rooms.get(4)?.settings.archived).toBe(true))
  expect(chat.rooms.get(4)?.draft).toBe('Not said yet')
  expect(await chat.rooms.loadArchived(undefined)).toEqual({ last: 9, more: false })
  expect([...chat.rooms.all.keys()]).toEqual([1, 4, 9])
  expect(chat.rooms.archived).toBe(2)
})

test('rooms_that_the_welcome_had_no_place_for_are_loaded_by_pages_and_count_as_unread', async () => {
  joined = async (before) =>
    before === undefined
      ? { rooms: [room({ id: 9, last_n: 2 }), room({ id: 8 })], more: true }
      : { rooms: [room({ id: 7, last_n: 3 }), room({ id: 1, last_n: 5 })], more: false }
  await inside({ rooms: [room()], more: true })
  await vi.waitFor(() => expect([...chat.rooms.all.keys()].sort()).toEqual([1, 7, 8, 9]))
  expect(chat.rooms.unread).toBe(5)
  expect(chat.rooms.get(1)?.last_n).toBe(0)
  // Known already, and not in the next welcome either: asked for by pages, not one by one.
  joined = async () => ({ rooms: [room({ id: 9, last_n: 4 }), room({ id: 7, last_n: 3 })], more: false })
  chat.hide()
  chat.show()
  await (await box.guest()).greet({ resume: 'ok', rooms: [room()], more: true })
  await vi.waitFor(() => expect([...chat.rooms.all.keys()].sort()).toEqual([1, 7, 9]))
  expect(chat.rooms.unread).toBe(7)
})

test('a_takeover_ends_it_here_and_offers_the_way_back', async () => {
  const guest = await inside()
  guest.close(4001)
  await vi.waitFor(() => expect([chat.phase, chat.entry.ended]).toEqual(['ended', 'taken_over']))
  expect(chat.me?.name).toBe('Ada')
  expect(chat.rooms.all.size).toBe(0)
  await expect(chat.entry.signIn('Ada', 'correct horse')).rejects.toMatchObject({ code: 'in_use_elsewhere' })
  await chat.entry.signIn('Ada', 'correct horse', true)
  expect(chat.phase).toBe('inside')
  expect(await (await box.guest()).greet()).toBeNull()
})

test('a_session_that_ended_is_told_with_the_reason_that_the_box_knows', async () => {
  for (const why of ['signed_out_by_owner', 'account_deleted_by_owner', undefined] as const) {
    chat.hide()
    signedIn = ada
    ended = why
    chat = makeChat()
    const guest = await inside()
    chat.setDraft(1, 'Half a thought')
    signedIn = null
    guest.close(4003)
    await vi.waitFor(() => expect(chat.phase).toBe('ended'))
    expect(chat.entry.ended).toBe(why)
    const gone = why === 'account_deleted_by_owner'
    expect(chat.me === null).toBe(gone)
    expect((await device.text()).includes('Half a thought')).toBe(!gone)
  }
})

test('a_takeover_that_happened_while_the_page_slept_is_called_one', async () => {
  const guest = await inside()
  signedIn = null
  ended = 'taken_over'
  guest.close(4003)
  await vi.waitFor(() => expect([chat.phase, chat.entry.ended]).toEqual(['ended', 'taken_over']))
})

test('who_comes_back_with_an_ended_session_hears_why_and_who_was_never_here_does_not', async () => {
  signedIn = null
  ended = 'signed_out_by_owner'
  await chat.entry.start()
  expect([chat.phase, chat.entry.ended]).toEqual(['ended', 'signed_out_by_owner'])
  ended = undefined
  chat = makeChat()
  await chat.entry.start()
  expect([chat.phase, chat.entry.ended]).toEqual(['outside', undefined])
})

test('a_session_that_another_tab_has_replaced_goes_on_with_the_new_one', async () => {
  const guest = await inside()
  guest.close(4003)
  await (await box.guest()).greet()
  await vi.waitFor(() => expect(chat.link.is).toBe('open'))
  expect(chat.phase).toBe('inside')
})

test('who_leaves_without_a_password_or_for_good_is_told_what_that_means', async () => {
  await inside()
  await signOut(chat.entry, answers().logout)
  expect([chat.phase, chat.entry.ended]).toEqual(['outside', undefined])
  signedIn = null
  await chat.entry.join('token', 'Zoe')
  await (await box.guest()).greet()
  await signOut(chat.entry, answers().logout)
  expect([chat.phase, chat.entry.ended, chat.me]).toEqual(['ended', 'left', null])
  await chat.entry.join('token', 'Zoe', 'correct horse')
  await (await box.guest()).greet()
  await deleteAccount(chat.entry, async () => {})
  expect([chat.phase, chat.entry.ended, chat.me]).toEqual(['ended', 'deleted', null])
})

test('who_comes_in_as_somebody_else_leaves_nothing_of_the_first_on_the_screen', async () => {
  const guest = await inside()
  guest.say({ type: 'room', room: room({ id: 4, kind: 'open', name: 'Kitchen' }) })
  await vi.waitFor(() => expect(chat.rooms.all.size).toBe(2))
  await chat.entry.comeIn('reset Grace', true, async () => (signedIn = grace))
  expect([chat.phase, chat.me?.name, chat.rooms.all.size]).toEqual(['inside', 'Grace', 0])
  expect(await guest.closed).toBeGreaterThan(0)
})

test('who_is_taken_out_of_a_room_knows_by_whom', async () => {
  const guest = await inside({ rooms: [room({ id: 4, kind: 'open', name: 'Kitchen' })] })
  guest.say({ type: 'rooms_gone', rooms: [4], by: 2 })
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

test('whether_guests_may_come_is_known_as_it_changes', async () => {
  const guest = await inside()
  guest.say({ type: 'box', guests: false })
  await vi.waitFor(() => expect(chat.box?.guests).toBe(false))
})

test('a_refused_upgrade_is_explained_by_a_request', async () => {
  await inside()
  chat.hide()
  signedIn = null
  const address = box.connect
  box.connect = () => {
    const socket = address.call(box)
    socket.close()
    return socket
  }
  chat.show()
  await vi.waitFor(() => expect(chat.phase).toBe('ended'))
})

test('commands_are_answered_by_number', async () => {
  const guest = await inside()
  const made = chat.commands.createRoom('Kitchen', 'open', [2])
  const refused = chat.commands.joinRoom(9)
  const create = await guest.asked('create_room')
  const join = await guest.asked('join_room')
  guest.say({ type: 'error', code: 'not_found', message: 'No such room.', re: join.re })
  guest.say({ type: 'done', re: create.re, room: 7 })
  expect(await made).toBe(7)
  await expect(refused).rejects.toMatchObject({ code: 'not_found' })
})

test('a_command_without_a_connection_is_unreachable', async () => {
  const guest = await inside()
  const waiting = chat.commands.setRoom(1, { name: 'Hall' })
  await guest.asked('set_room')
  guest.vanish()
  await expect(waiting).rejects.toMatchObject({ code: 'unreachable' })
  await expect(chat.commands.joinRoom(9)).rejects.toMatchObject({ code: 'unreachable' })
})

test('presence_is_replaced_and_then_changed', async () => {
  const guest = await inside()
  guest.say({ type: 'present', users: [1, 2] })
  guest.say({ type: 'presence', came: [5], left: [2] })
  await vi.waitFor(() => expect([...chat.presence.users].sort()).toEqual([1, 5]))
})

test('nobody_is_said_to_be_here_while_the_box_does_not_tell', async () => {
  const guest = await inside()
  guest.say({ type: 'present', users: [1, 2] })
  await vi.waitFor(() => expect(chat.presence.has(2)).toBe(true))
  guest.vanish()
  await vi.waitFor(() => expect(chat.presence.known).toBe(false))
  expect(chat.presence.has(2)).toBe(false)
  expect(chat.presence.users).toEqual([])
})

test('what_comes_between_two_pictures_is_taken_up_together_and_in_order', async () => {
  let draw = () => {}
  frame = (call) => (draw = call)
  const guest = await inside()
  let changes = 0
  chat.hearers.add(() => (changes += 1))
  guest.tell(written(message({ id: 43, n: 1 })))
  guest.say({ type: 'typing', room: 1, user: 2 })
  guest.tell(written(message({ id: 44, n: 2 })), deletion(45, { room: 1, message: 43, n: 1 }))
  guest.say({ type: 'typing', room: 1, user: 2 })
  guest.say({ type: 'pong' })
  const state = chat.rooms.get(1)!
  await vi.waitFor(() => expect(chat.waiting).toBe(5))
  expect([state.last_n, state.typing.length, changes]).toEqual([0, 0, 0])
  draw()
  expect([state.last_n, state.typing.length, changes, chat.waiting]).toEqual([2, 1, 2, 0])
  expect(state.timeline.find(43)?.deleted).toBe(true)
})

test('an_answer_is_taken_up_at_once_with_all_that_came_before_it', async () => {
  frame = () => {}
  const guest = await inside()
  const asked = chat.commands.joinRoom(5)
  const { re } = await guest.asked('join_room')
  guest.say({ type: 'room', room: room({ id: 5, kind: 'open' }) })
  guest.say({ type: 'done', re, room: 5 })
  await asked
  expect(chat.rooms.get(5)).toBeDefined()
})

test('what_waits_for_a_picture_is_bounded_and_not_lost_with_the_connection', async () => {
  frame = () => {}
  const guest = await inside()
  const events = (from: number) =>
    Array.from({ length: 500 }, (_, i) => message({ id: from + i, n: from + i }))
  for (const each of events(1)) guest.tell(written({ ...each, client_msg_id: `01J9Z3V5K8-${each.n}` }))
  const state = chat.rooms.get(1)!
  await vi.waitFor(() => expect(state.last_n).toBe(500))
  guest.tell(written(message({ id: 501, n: 501 })))
  guest.vanish()
  await vi.waitFor(() => expect(state.last_n).toBe(501))
})

test('typing_is_shown_until_the_message_comes', async () => {
  const guest = await inside()
  guest.say({ type: 'typing', room: 1, user: 2 })
  await vi.waitFor(() => expect(chat.rooms.get(1)?.typing).toEqual([2]))
  guest.tell(written(message({ id: 5 })))
  await vi.waitFor(() => expect(chat.rooms.get(1)?.typing).toEqual([]))
})

test('typing_is_said_at_most_every_three_seconds', async () => {
  const guest = await inside()
  chat.presence.typing(1)
  chat.presence.typing(1)
  chat.send(1, 'done')
  expect((await guest.next()).type).toBe('typing')
  expect((await guest.next()).type).toBe('send')
})

test('a_read_marker_moves_at_once_here_and_at_most_once_a_second_there', async () => {
  const guest = await inside({ rooms: [room({ last_n: 17, read_n: 3 })] })
  chat.markRead(1, 10)
  chat.markRead(1, 17)
  chat.markRead(1, 12)
  expect(chat.rooms.get(1)?.unread).toBe(0)
  expect(await guest.next()).toEqual({ type: 'read', room: 1, n: 10 })
  expect(await guest.next()).toEqual({ type: 'read', room: 1, n: 17 })
})

test('a_page_that_is_left_says_first_what_was_read', async () => {
  const guest = await inside({ rooms: [room({ last_n: 17, read_n: 3 })] })
  chat.markRead(1, 10)
  chat.markRead(1, 17)
  chat.hide()
  expect(await guest.next()).toEqual({ type: 'read', room: 1, n: 10 })
  expect(await guest.next()).toEqual({ type: 'read', room: 1, n: 17 })
  await guest.closed
})

test('a_read_marker_moved_while_away_is_said_on_return', async () => {
  await inside({ rooms: [room({ last_n: 17, read_n: 3 })] })
  chat.hide()
  chat.markRead(1, 17)
  chat.show()
  const guest = await box.guest()
  await guest.greet({ resume: 'ok', rooms: [room({ last_n: 17, read_n: 3 })] })
  expect(await guest.next()).toEqual({ type: 'read', room: 1, n: 17 })
})

test('a_person_who_changes_while_the_directory_is_read_keeps_the_change', async () => {
  let answer = (_people: User[]) => {}
  people = () => new Promise((resolve) => (answer = resolve))
  const guest = await inside()
  guest.say({ type: 'users', users: [{ ...grace, name: 'Grace Hopper' }], gone: [9] })
  await vi.waitFor(() => expect(chat.people.get(2)?.name).toBe('Grace Hopper'))
  answer([ada, grace, { ...grace, id: 9, name: 'Gone' }])
  await vi.waitFor(() => expect(chat.peopleKnown).toBe(true))
  expect(chat.people.get(2)?.name).toBe('Grace Hopper')
  expect(chat.people.has(9)).toBe(false)
})

test('an_invite_leads_in_and_its_rooms_come_with_the_first_welcome', async () => {
  signedIn = null
  await chat.entry.start()
  const user = await chat.entry.join('0QHx6vYk1Jm2cT9sZbE4wg', 'Lin')
  expect(chat.phase).toBe('inside')
  expect(chat.entry.hasPassword).toBe(false)
  let known = false
  const rooms = chat.rooms.whenKnown().then(() => (known = true))
  const guest = await box.guest()
  expect(known).toBe(false)
  await guest.greet({ me: user, rooms: [room({ id: 4, kind: 'open', name: 'Kitchen', guests: true })] })
  await rooms
  expect(chat.rooms.get(4)?.settings.guests).toBe(true)
  await chat.rooms.whenKnown()
})

test('an_ended_guest_keeps_the_name_and_leaves_the_lists', async () => {
  const gone: User = { ...grace, role: 'guest', ends_at: Date.now() - 1 }
  const stays: User = { ...grace, id: 3, name: 'Lin', role: 'guest', ends_at: Date.now() + 3_600_000 }
  people = async () => [ada, gone, stays]
  await inside()
  await vi.waitFor(() => expect(chat.peopleKnown).toBe(true))
  expect(chat.people.get(2)?.name).toBe('Grace')
  expect(chat.listed.map((user) => user.id).sort()).toEqual([1, 3])
})

test('a_guest_asks_whom_they_meet_in_a_new_room_and_a_member_knows_everyone', async () => {
  let asked = 0
  people = async () => {
    asked += 1
    return asked === 1 ? [ada] : [ada, grace]
  }
  const me: User = { ...ada, role: 'guest', ends_at: null }
  const guest = await inside({ me, rooms: [room({ id: 4, guests: true })] })
  await vi.waitFor(() => expect(chat.peopleKnown).toBe(true))
  guest.say({ type: 'room', room: room({ id: 5, guests: true }) })
  await vi.waitFor(() => expect(chat.people.has(2)).toBe(true))
  guest.say({ type: 'users', users: [{ ...me, role: 'member' }], gone: [] })
  await vi.waitFor(() => expect(asked).toBe(3))
  guest.say({ type: 'room', room: room({ id: 6 }) })
  await vi.waitFor(() => expect(chat.rooms.all.has(6)).toBe(true))
  expect(asked).toBe(3)
})

test('where_cookies_are_blocked_nothing_is_asked_of_the_box', async () => {
  signedIn = null
  keepsCookies = false
  await chat.entry.start()
  for (const tried of [
    chat.entry.join('token', 'Grace'),
    chat.entry.signIn('Ada', 'x', true),
    chat.entry.register('Ada', 'x'),
  ]) {
    await expect(tried).rejects.toMatchObject({ code: 'cookies_blocked' })
  }
  expect(signedIn).toBeNull()
  keepsCookies = true
  await chat.entry.join('token', 'Grace')
  expect(signedIn).toMatchObject({ name: 'Grace' })
})

test('opening_a_room_to_guests_is_a_command', async () => {
  const guest = await inside()
  const opened = chat.commands.setRoom(4, { guests: true })
  const { re, command } = await guest.asked('set_room')
  expect(command).toEqual({ type: 'set_room', room: 4, setting: { guests: true } })
  guest.say({ type: 'done', re, room: 4 })
  await opened
})

test('whoever_shows_a_message_is_told_that_it_was_deleted', async () => {
  const buried: number[] = []
  chat.buriers.add((message) => buried.push(message))
  const guest = await inside({ seq: 10 })
  guest.tell(deletion(11, { room: 1, message: 5, n: 5 }))
  guest.tell(deletion(12, { room: 99, message: 6, n: 6 }))
  await vi.waitFor(() => expect(buried).toEqual([5, 6]))
})

/** An answer that is on its way until `come` is called with it. */
function onItsWay<T>() {
  let come!: (answer: T) => void
  return { answer: new Promise<T>((resolve) => (come = resolve)), come }
}
const page = (...messages: Message[]): HistoryPage => ({ messages, more_before: false, more_after: false })
const secret = message({ id: 42, n: 1, body: 'secret' })
const texts = () => chat.rooms.get(1)!.timeline.ranges.flatMap((range) => range.rows.map((row) => row.body))

test('a_page_of_history_that_was_read_before_a_deletion_comes_without_the_text', async () => {
  const guest = await inside({ seq: 57, rooms: [room({ last_n: 2 })] })
  const { answer, come } = onItsWay<HistoryPage>()
  history = () => answer
  const loaded = chat.history.loadNewest(chat.rooms.get(1)!, 10)
  guest.tell(deletion(58, { room: 1, message: 42, n: 42 }))
  guest.say({ type: 'read', room: 1, n: 1 })
  await vi.waitFor(() => expect(chat.rooms.get(1)?.read_n).toBe(1))
  come(page(secret, message({ id: 43, n: 2, body: 'for all' })))
  await loaded
  expect(texts()).toEqual(['', 'for all'])
})

test.each(['before', 'after', 'around'] as const)('so_does_a_page_asked_for_with_%s', async (place) => {
  const guest = await inside({ seq: 57, rooms: [room({ last_n: 2 })] })
  const state = chat.rooms.get(1)!
  const { answer, come } = onItsWay<HistoryPage>()
  history = () => answer
  const loads = {
    before: () => chat.history.loadBefore(state, message({ id: 44, n: 3 }), 10),
    after: () => chat.history.loadAfter(state, message({ id: 41, n: 0 }), 10),
    around: () => chat.history.loadAround(state, 42, 10),
  }
  const loaded = loads[place]()
  guest.tell(deletion(58, { room: 1, message: 42, n: 42 }), written(message({ id: 44, n: 3 })))
  await vi.waitFor(() => expect(state.last_n).toBe(3))
  come(page(secret, message({ id: 43, n: 2, body: 'for all' })))
  await loaded
  expect(texts()).toContain('for all')
  expect(texts()).not.toContain('secret')
})

test('a_search_that_was_answered_before_a_deletion_comes_without_the_hit', async () => {
  const guest = await inside({ seq: 57 })
  const { answer, come } = onItsWay<SearchPage>()
  search = () => answer
  const found = chat.history.search({ q: 'secret' }, null, 10, new AbortController().signal)
  guest.tell(deletion(58, { room: 1, message: 42, n: 42 }))
  guest.tell(deletion(59, { room: 1, message: 7, n: 7 }))
  guest.say({ type: 'present', users: [1] })
  await vi.waitFor(() => expect(chat.presence.known).toBe(true))
  const hits = [secret, message({ id: 43, n: 2 })].map((message) => ({ message, marks: [] }))
  come({ hits, next: 'c', cut: 0 })
  expect(await found).toEqual({ hits: [hits[1]], next: 'c', cut: 0 })
})

test('what_was_asked_for_before_deletions_were_missed_is_asked_for_again', async () => {
  const guest = await inside({ seq: 57, rooms: [room({ last_n: 1 })] })
  const { answer, come } = onItsWay<HistoryPage>()
  const state = chat.rooms.get(1)!
  let asked = 0
  history = () => (++asked === 1 ? answer : page({ ...secret, rev: 58, body: '', deleted: true }))
  const loaded = chat.history.loadNewest(state, 10)
  const seen = chat.reloads
  guest.vanish()
  await vi.waitFor(() => expect(chat.link.is).toBe('waiting'))
  chat.wake()
  expect(
    await (await box.guest()).greet({ seq: 2_000, resume: 'reload', rooms: [room({ last_n: 1 })] }),
  ).toBe(57)
  await vi.waitFor(() => expect(chat.reloads).toBeGreaterThan(seen))
  come(page(secret))
  await loaded
  expect(texts()).toEqual([''])
  expect(asked).toBe(2)
})

test('a_room_that_was_left_takes_away_what_was_known_of_it', async () => {
  const guest = await inside({ rooms: [room(), room({ id: 4, kind: 'open' })] })
  const before = chat.reloads
  guest.say({ type: 'rooms_gone', rooms: [4], by: null })
  await vi.waitFor(() => expect(chat.reloads).toBe(before + 1))
})

test('a_deleted_message_whose_deletion_was_seen_first_is_not_announced', async () => {
  const guest = await inside({ rooms: [room({ last_n: 0 })] })
  const heard: string[] = []
  chat.hearers.add((_, { body }) => heard.push(body))
  history = () => page(message({ id: 41, n: 1 }), { ...secret, n: 2, rev: 58, body: '', deleted: true })
  await chat.history.loadAfter(chat.rooms.get(1)!, message({ id: 40, n: 0 }), 10)
  guest.tell(written({ ...secret, n: 2 }))
  guest.tell(written(message({ id: 43, n: 3, body: 'for all' })))
  await vi.waitFor(() => expect(heard).toEqual(['for all']))
  expect(texts()).toEqual(['Hello porch', '', 'for all'])
})

test('signing_out_leaves_nothing_behind', async () => {
  await inside()
  chat.setDraft(1, 'half a thought')
  chat.send(1, 'not confirmed')
  await vi.waitFor(async () => expect(await device.records('outbox')).toHaveLength(1))
  await signOut(chat.entry, answers().logout)
  expect(chat.phase).toBe('outside')
  expect(chat.me).toBeNull()
  await vi.waitFor(async () => expect(await device.text()).toBe('[[],[],[]]'))
})

test('drafts_stay_with_their_room_over_a_reload', async () => {
  await inside({ rooms: [room(), room({ id: 4 })] })
  chat.setDraft(4, 'half a thought')
  chat.hide()
  chat = makeChat()
  await inside({ rooms: [room(), room({ id: 4 })] })
  expect(chat.rooms.get(4)?.draft).toBe('half a thought')
  expect(chat.rooms.get(1)?.draft).toBe('')
})

test('history_pages_say_what_they_cover', async () => {
  await inside({ rooms: [room({ last_n: 30 })] })
  const state = chat.rooms.get(1)!
  const rows = (from: number, to: number): Message[] =>
    Array.from({ length: to - from + 1 }, (_, i) => message({ id: 100 + from + i, n: from + i }))
  history = () => ({ messages: rows(21, 30), more_before: true, more_after: false })
  await chat.history.loadNewest(state, 10)
  history = (place) => {
    expect(place).toEqual({ before: 121 })
    return { messages: rows(11, 20), more_before: true, more_after: true }
  }
  await chat.history.loadBefore(state, rows(21, 21)[0]!, 10)
  expect(state.timeline.ranges.map(({ from, to }) => [from, to])).toEqual([[11, 30]])
  history = () => ({ messages: rows(3, 6), more_before: true, more_after: true })
  expect((await chat.history.loadAround(state, 104, 4)).n).toBe(4)
  history = () => ({ messages: rows(1, 2), more_before: false, more_after: true })
  await chat.history.loadBefore(state, rows(3, 3)[0]!, 10)
  history = () => ({ messages: rows(7, 10), more_before: true, more_after: true })
  await chat.history.loadAfter(state, rows(6, 6)[0]!, 4)
  expect(state.timeline.ranges.map(({ from, to }) => [from, to])).toEqual([[1, 30]])
  await expect(chat.history.loadAround(state, 999, 4)).rejects.toMatchObject({ code: 'not_found' })
})

test('another_version_of_the_box_is_noticed', async () => {
  await inside()
  expect(chat.updated).toBe(false)
  chat.hide()
  chat.show()
  const guest = await box.guest()
  await guest.expect('hello')
  guest.say({
    type: 'welcome',
    version: PROTOCOL_VERSION,
    server: '0.2.0',
    me: ada,
    newest_session: 1,
    seq: 0,
    resume: 'ok',
    rooms: [room()],
    archived: 0,
    more: false,
  })
  await vi.waitFor(() => expect(chat.updated).toBe(true))
})

test('a_box_that_is_busy_at_the_start_is_not_said_to_be_out_of_reach', async () => {
  for (const code of ['busy', 'unreachable'] as const) {
    const starting = makeChat({ me: () => Promise.reject(new api.Refusal(code)) })
    await starting.entry.start()
    expect(starting.phase).toBe('unreachable')
    expect(starting.entry.isBusy).toBe(code === 'busy')
  }
})

test('a_sign_in_elsewhere_is_news_until_this_device_has_told_of_it', async () => {
  device.entries.set(NEW_PLACE_KEY, '4')
  const guest = await inside({ newest_session: 4 })
  expect(chat.newPlace).toBe(0)
  guest.say({ type: 'signed_in', session: 5 })
  await vi.waitFor(() => expect(chat.newPlace).toBe(5))
  device.entries.set(NEW_PLACE_KEY, '5')
  chat.newPlace = 0
  guest.vanish()
  await (await box.guest()).greet({ newest_session: 6 })
  await vi.waitFor(() => expect(chat.newPlace).toBe(6))
  await signOut(chat.entry, answers().logout)
  expect(chat.newPlace).toBe(0)
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

test('a_close_that_overtakes_the_answer_takes_no_word_of_farewell_away', async () => {
  await inside()
  chat.entry.hasPassword = false
  const guest = await (async () => {
    chat.hide()
    chat.show()
    const again = await box.guest()
    await again.greet()
    return again
  })()
  await vi.waitFor(() => expect(chat.link.is).toBe('open'))
  await signOut(chat.entry, async () => {
    signedIn = null
    guest.close(4003)
    await vi.waitFor(() => expect(chat.phase).toBe('outside'))
  })
  expect([chat.phase, chat.entry.ended, chat.me]).toEqual(['ended', 'left', null])
})
