import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { HEARTBEAT_INTERVAL_MS, PROTOCOL_VERSION } from '../limits'
import type { ClientMessage, ServerMessage } from '../protocol'
import { ANSWER_WAIT_MS, BACKOFF_MS, Connection, type Link, SILENCE_MS_MAX, WAKE_WAIT_MS } from './connection'
import { Box, deletion, message, written } from './testing/box'

let box: Box
let links: Link[]
let heard: ServerMessage[]
let unanswered: number
let connection: Connection
let waiters: (() => void)[]

beforeEach(async () => {
  // Only our own timers are fake: the sockets of the test run on real ones.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  box = await Box.open()
  links = []
  heard = []
  unanswered = 0
  waiters = []
  connection = open(box)
})

afterEach(async () => {
  connection.stop()
  await box.close()
  vi.useRealTimers()
})

function open(to: Box, chance = 0.5): Connection {
  const changed = () => {
    for (const waiter of waiters.splice(0)) waiter()
  }
  return new Connection(
    { open: () => to.connect(), now: Date.now, chance: () => chance, tab: 7, frame: (call) => call() },
    {
      heard: (message) => {
        heard.push(message)
        changed()
      },
      linkChanged: (link) => {
        links.push(link)
        changed()
      },
      unanswered: () => (unanswered += 1),
    },
  )
}

/** Waits until something the connection reports makes it true. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise<void>((resolve) => waiters.push(resolve))
}

const isLink = (is: Link['is']) => () => connection.link.is === is

async function connected(resume: Parameters<Awaited<ReturnType<Box['guest']>>['greet']>[0] = {}) {
  connection.start()
  const guest = await box.guest()
  await guest.greet(resume)
  await until(isLink('open'))
  return guest
}

test('hello_comes_first_and_resumes_after_nothing', async () => {
  connection.start()
  const guest = await box.guest()
  expect(await guest.next()).toEqual({
    type: 'hello',
    version: PROTOCOL_VERSION,
    tab: 7,
    after: null,
    epoch: null,
  })
})

test('nothing_is_sent_before_welcome', async () => {
  connection.start()
  const guest = await box.guest()
  await guest.expect('hello')
  expect(connection.send({ type: 'ping' })).toBe(false)
  guest.welcome()
  await until(isLink('open'))
  expect(connection.send({ type: 'ping' })).toBe(true)
  expect(await guest.next()).toEqual({ type: 'ping' })
})

test('a_lost_connection_resumes_after_the_newest_event', async () => {
  const guest = await connected({ seq: 40 })
  guest.tell(written(message({ id: 43 })))
  guest.tell(deletion(44, { room: 1, message: 43, n: 43 }))
  await until(() => heard.length === 3)
  guest.vanish()
  await until(isLink('waiting'))
  vi.advanceTimersByTime(BACKOFF_MS[0])
  expect(await (await box.guest()).greet({ seq: 50, resume: 'ok' })).toBe(44)
  await until(isLink('open'))
  expect(connection.after).toBe(44)
})

test('missed_events_move_the_place_to_resume_from', async () => {
  const guest = await connected({ seq: 40 })
  guest.tell(written(message({ id: 41 })), deletion(45, { room: 1, message: 41, n: 41 }))
  await until(() => heard.length === 2)
  expect(connection.after).toBe(45)
})

test('what_comes_before_the_welcome_is_not_taken_for_the_newest', async () => {
  connection.after = 40
  connection.start()
  const guest = await box.guest()
  await guest.expect('hello')
  guest.tell(written(message({ id: 50 })))
  guest.welcome({ seq: 50, resume: 'ok' })
  await until(isLink('open'))
  expect(connection.after).toBe(40)
  expect(heard.map(({ type }) => type)).toEqual(['welcome'])
})

test('reload_moves_it_to_what_the_box_says', async () => {
  connection.after = 900
  await connected({ seq: 57, resume: 'reload' })
  expect(connection.after).toBe(57)
})

test('waits_grow_while_the_box_is_away_and_start_anew_after_welcome', async () => {
  await box.close()
  connection.start()
  for (const wait of [...BACKOFF_MS, 8_000]) {
    await until(isLink('waiting'))
    const link = connection.link as Extract<Link, { is: 'waiting' }>
    expect(link.until - Date.now()).toBe(wait)
    vi.advanceTimersByTime(wait)
  }
  expect(unanswered).toBe(6)
})

test.each([
  [0, 350],
  [1, 650],
])('chance_%d_makes_the_first_wait_%d_ms', async (chance, wait) => {
  await box.close()
  connection = open(box, chance)
  connection.start()
  await until(isLink('waiting'))
  expect((connection.link as Extract<Link, { is: 'waiting' }>).until - Date.now()).toBe(wait)
})

test('waking_does_not_wait', async () => {
  const guest = await connected()
  guest.close(1001)
  await until(isLink('waiting'))
  connection.wake()
  await (await box.guest()).greet({ resume: 'ok' })
  await until(isLink('open'))
})

test('waking_does_not_disturb_a_connection_that_just_spoke', async () => {
  const guest = await connected()
  connection.wake()
  connection.send({ type: 'typing', room: 1 })
  expect(await guest.next()).toEqual({ type: 'typing', room: 1 })
})

test('a_connection_that_slept_must_answer', async () => {
  const guest = await connected()
  vi.advanceTimersByTime(WAKE_WAIT_MS)
  connection.wake()
  expect(await guest.next()).toEqual({ type: 'ping' })
  vi.advanceTimersByTime(WAKE_WAIT_MS)
  expect(connection.link.is).toBe('waiting')
})

test('a_connection_that_slept_and_answers_stays', async () => {
  const guest = await connected()
  vi.advanceTimersByTime(WAKE_WAIT_MS)
  connection.wake()
  await guest.expect('ping')
  guest.say({ type: 'pong' })
  await until(() => heard.at(-1)?.type === 'pong')
  vi.advanceTimersByTime(WAKE_WAIT_MS)
  expect(connection.link.is).toBe('open')
})

test('silence_is_asked_about_then_told_and_then_ends_the_connection', async () => {
  const guest = await connected()
  vi.advanceTimersByTime(HEARTBEAT_INTERVAL_MS)
  expect(await guest.next()).toEqual({ type: 'ping' })
  vi.advanceTimersByTime(ANSWER_WAIT_MS - 1)
  expect(connection.link.is).toBe('open')
  vi.advanceTimersByTime(1)
  expect(connection.link.is).toBe('silent')
  vi.advanceTimersByTime(SILENCE_MS_MAX - 1)
  expect(connection.link.is).toBe('silent')
  vi.advanceTimersByTime(1)
  expect(connection.link.is).toBe('waiting')
})

const fromHere: ClientMessage = { type: 'send', room: 1, client_msg_id: '01J9Z3V5K8-a1', body: 'x' }

test('a_message_without_an_answer_is_asked_about_and_told_after_5_s', async () => {
  const guest = await connected()
  connection.send(fromHere)
  vi.advanceTimersByTime(ANSWER_WAIT_MS)
  expect(connection.link.is).toBe('silent')
  expect((await guest.next()).type).toBe('send')
  expect(await guest.next()).toEqual({ type: 'ping' })
  expect(connection.send(fromHere), 'it may be slow and not dead').toBe(true)
  guest.say({ type: 'pong' })
  await until(isLink('open'))
  vi.advanceTimersByTime(SILENCE_MS_MAX)
  expect(connection.link.is).toBe('open')
})

test('whatever_the_box_says_in_time_is_a_sign_of_life', async () => {
  const guest = await connected()
  connection.send(fromHere)
  vi.advanceTimersByTime(ANSWER_WAIT_MS - 1)
  guest.say({ type: 'typing', room: 1, user: 2 })
  await until(() => heard.at(-1)?.type === 'typing')
  vi.advanceTimersByTime(HEARTBEAT_INTERVAL_MS - 1)
  expect(connection.link.is).toBe('open')
  expect(links.some(({ is }) => is === 'silent')).toBe(false)
})

test('what_needs_no_answer_is_not_waited_for', async () => {
  await connected()
  connection.send({ type: 'typing', room: 1 })
  connection.send({ type: 'read', room: 1, n: 1 })
  vi.advanceTimersByTime(ANSWER_WAIT_MS)
  expect(connection.link.is).toBe('open')
})

test('an_answer_ends_the_silence', async () => {
  const guest = await connected()
  vi.advanceTimersByTime(HEARTBEAT_INTERVAL_MS)
  await guest.expect('ping')
  guest.say({ type: 'pong' })
  await until(() => heard.at(-1)?.type === 'pong')
  vi.advanceTimersByTime(ANSWER_WAIT_MS)
  expect(connection.link.is).toBe('open')
})

test('a_box_that_takes_the_socket_and_says_nothing_is_given_up_after_5_s', async () => {
  connection.start()
  const guest = await box.guest()
  await guest.expect('hello')
  vi.advanceTimersByTime(5_000)
  expect(connection.link.is).toBe('waiting')
  expect(unanswered).toBe(1)
})

test.each([
  [1002, 'fault'],
  [1003, 'fault'],
  [1007, 'fault'],
  [1009, 'fault'],
  [4000, 'fault'],
  [4001, 'taken_over'],
  [4003, 'signed_out'],
  [4005, 'version'],
  [4008, 'too_many'],
])('close_code_%i_stops_as_%s', async (code, why) => {
  const guest = await connected()
  guest.close(code)
  await until(isLink('stopped'))
  expect(connection.link).toEqual({ is: 'stopped', why })
  vi.advanceTimersByTime(60_000)
  connection.wake()
  expect(connection.link.is).toBe('stopped')
})

test.each([1000, 1001, 1011, 4002, 4004])('close_code_%i_comes_back', async (code) => {
  const guest = await connected()
  guest.close(code)
  await until(isLink('waiting'))
  vi.advanceTimersByTime(BACKOFF_MS[0])
  await (await box.guest()).greet({ resume: 'ok' })
  await until(isLink('open'))
  expect(unanswered).toBe(0)
})

test('a_flood_waits_longest_at_once', async () => {
  const guest = await connected()
  guest.close(4006)
  await until(isLink('waiting'))
  expect((connection.link as Extract<Link, { is: 'waiting' }>).until - Date.now()).toBe(8_000)
})

test('stopping_closes_the_socket_at_once', async () => {
  const guest = await connected()
  connection.stop()
  expect(await guest.closed).toBe(1005)
  expect(connection.link.is).toBe('idle')
})
