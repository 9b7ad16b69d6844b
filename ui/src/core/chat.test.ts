import { expect, test, vi } from 'vitest'
import { PROTOCOL_VERSION } from '../limits'
import type { User } from '../protocol'
import { ada, deletion, grace, message, room, written } from './testing/box'
import { box, chat, device, given, inside, numbers, openChat } from './testing/chat'

test('welcome_brings_the_rooms_and_the_people', async () => {
  await inside({ rooms: [room({ last_n: 17, read_n: 15 }), room({ id: 4, kind: 'open', name: 'Kitchen' })] })
  expect(chat.phase).toBe('inside')
  expect(chat.rooms.get(1)?.unread).toBe(2)
  expect(chat.rooms.unread).toBe(2)
  await vi.waitFor(() => expect(chat.peopleKnown).toBe(true))
  expect(chat.people.get(2)?.name).toBe('Grace')
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
  const heard: [number, boolean][] = []
  chat.events.hearers.add((_, { n }, isLive) => heard.push([n, isLive]))
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
    written(message({ id: 15, n: 5, author: ada.id })),
    written(message({ id: 16, n: 6 })),
  )
  await vi.waitFor(() => expect(numbers(1)).toEqual([2, 3, 4, 5, 6]))
  expect(heard).toEqual([
    [2, true],
    [3, false],
    [4, false],
    [6, true],
  ])
  expect(chat.rooms.get(1)?.timeline.find(11)?.deleted).toBe(true)
  expect(chat.rooms.get(1)?.last_n).toBe(6)
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
  openChat()
  const guest = await inside()
  expect(await guest.expect('send')).toMatchObject({ client_msg_id: id, body: 'Written in the tunnel' })
  expect(chat.rooms.get(1)?.pending).toHaveLength(1)
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
  let arrived = 0
  given.frame = (call) => (draw = call)
  given.connect = () => {
    const socket = box.connect()
    socket.addEventListener('message', () => (arrived += 1))
    return socket
  }
  const guest = await inside()
  arrived = 0
  let changes = 0
  chat.events.hearers.add(() => (changes += 1))
  guest.tell(written(message({ id: 43, n: 1 })))
  guest.say({ type: 'typing', room: 1, user: 2 })
  guest.tell(written(message({ id: 44, n: 2 })), deletion(45, { room: 1, message: 43, n: 1 }))
  guest.say({ type: 'typing', room: 1, user: 2 })
  guest.say({ type: 'pong' })
  const state = chat.rooms.get(1)!
  await vi.waitFor(() => expect(arrived).toBe(5))
  expect([state.last_n, state.typing.length, changes]).toEqual([0, 0, 0])
  draw()
  expect([state.last_n, state.typing.length, changes]).toEqual([2, 1, 2])
  expect(state.timeline.find(43)?.deleted).toBe(true)
})

test('an_answer_is_taken_up_at_once_with_all_that_came_before_it', async () => {
  given.frame = () => {}
  const guest = await inside()
  const asked = chat.commands.joinRoom(5)
  const { re } = await guest.asked('join_room')
  guest.say({ type: 'room', room: room({ id: 5, kind: 'open' }) })
  guest.say({ type: 'done', re, room: 5 })
  await asked
  expect(chat.rooms.get(5)).toBeDefined()
})

test('what_waits_for_a_picture_is_bounded_and_not_lost_with_the_connection', async () => {
  given.frame = () => {}
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

test('a_person_who_changes_while_the_directory_is_read_keeps_the_change', async () => {
  let answer = (_people: User[]) => {}
  given.people = () => new Promise((resolve) => (answer = resolve))
  const guest = await inside()
  guest.say({ type: 'users', users: [{ ...grace, name: 'Grace Hopper' }], gone: [9] })
  await vi.waitFor(() => expect(chat.people.get(2)?.name).toBe('Grace Hopper'))
  answer([ada, grace, { ...grace, id: 9, name: 'Gone' }])
  await vi.waitFor(() => expect(chat.peopleKnown).toBe(true))
  expect(chat.people.get(2)?.name).toBe('Grace Hopper')
  expect(chat.people.has(9)).toBe(false)
})

test('an_ended_guest_keeps_the_name_and_leaves_the_lists', async () => {
  const gone: User = { ...grace, role: 'guest', ends_at: Date.now() - 1 }
  const stays: User = { ...grace, id: 3, name: 'Lin', role: 'guest', ends_at: Date.now() + 3_600_000 }
  given.people = async () => [ada, gone, stays]
  await inside()
  await vi.waitFor(() => expect(chat.peopleKnown).toBe(true))
  expect(chat.people.get(2)?.name).toBe('Grace')
  expect(chat.listed.map((user) => user.id).sort()).toEqual([1, 3])
})

test('a_guest_asks_whom_they_meet_in_a_new_room_and_a_member_knows_everyone', async () => {
  let asked = 0
  given.people = async () => {
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
    epoch: 1,
    resume: 'ok',
    rooms: [room()],
    archived: 0,
    more: false,
  })
  await vi.waitFor(() => expect(chat.updated).toBe(true))
})
