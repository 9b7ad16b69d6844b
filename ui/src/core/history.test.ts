import { expect, test, vi } from 'vitest'
import type { HistoryPage, Message, SearchPage } from '../protocol'
import { foundNow } from './found'
import { deletion, message, room, written } from './testing/box'
import { box, chat, given, inside } from './testing/chat'

/** An answer that is on its way until `come` is called with it. */
function onItsWay<T>() {
  let come!: (answer: T) => void
  return { answer: new Promise<T>((resolve) => (come = resolve)), come }
}
const page = (...messages: Message[]): HistoryPage => ({ messages, more_before: false, more_after: false })
const secret = message({ id: 42, n: 1, body: 'secret' })
const texts = () => chat.rooms.get(1)!.timeline.ranges.flatMap((range) => range.rows.map((row) => row.body))

test('whoever_shows_a_message_is_told_that_it_was_deleted', async () => {
  const buried: number[] = []
  chat.events.buriers.add((message) => buried.push(message))
  const guest = await inside({ seq: 10 })
  guest.tell(deletion(11, { room: 1, message: 5, n: 5 }))
  guest.tell(deletion(12, { room: 99, message: 6, n: 6 }))
  await vi.waitFor(() => expect(buried).toEqual([5, 6]))
})

test('a_page_of_history_that_was_read_before_a_deletion_comes_without_the_text', async () => {
  const guest = await inside({ seq: 57, rooms: [room({ last_n: 2 })] })
  const { answer, come } = onItsWay<HistoryPage>()
  given.history = () => answer
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
  given.history = () => answer
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
  given.search = () => answer
  const found = foundNow(chat.history, given.search)
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
  given.history = () => (++asked === 1 ? answer : page({ ...secret, rev: 58, body: '', deleted: true }))
  const loaded = chat.history.loadNewest(state, 10)
  const seen = chat.events.reloads
  guest.vanish()
  await vi.waitFor(() => expect(chat.link.is).toBe('waiting'))
  chat.wake()
  expect(
    await (await box.guest()).greet({ seq: 2_000, resume: 'reload', rooms: [room({ last_n: 1 })] }),
  ).toBe(57)
  await vi.waitFor(() => expect(chat.events.reloads).toBeGreaterThan(seen))
  come(page(secret))
  await loaded
  expect(texts()).toEqual([''])
  expect(asked).toBe(2)
})

test('a_deleted_message_whose_deletion_was_seen_first_is_not_announced', async () => {
  const guest = await inside({ rooms: [room({ last_n: 0 })] })
  const heard: string[] = []
  chat.events.hearers.add((_, { body }) => heard.push(body))
  given.history = () => page(message({ id: 41, n: 1 }), { ...secret, n: 2, rev: 58, body: '', deleted: true })
  await chat.history.loadAfter(chat.rooms.get(1)!, message({ id: 40, n: 0 }), 10)
  guest.tell(written({ ...secret, n: 2 }))
  guest.tell(written(message({ id: 43, n: 3, body: 'for all' })))
  await vi.waitFor(() => expect(heard).toEqual(['for all']))
  expect(texts()).toEqual(['Hello porch', '', 'for all'])
})

test('history_pages_say_what_they_cover', async () => {
  await inside({ rooms: [room({ last_n: 30 })] })
  const state = chat.rooms.get(1)!
  const rows = (from: number, to: number): Message[] =>
    Array.from({ length: to - from + 1 }, (_, i) => message({ id: 100 + from + i, n: from + i }))
  given.history = () => ({ messages: rows(21, 30), more_before: true, more_after: false })
  await chat.history.loadNewest(state, 10)
  given.history = (place) => {
    expect(place).toEqual({ before: 121 })
    return { messages: rows(11, 20), more_before: true, more_after: true }
  }
  await chat.history.loadBefore(state, rows(21, 21)[0]!, 10)
  expect(state.timeline.ranges.map(({ from, to }) => [from, to])).toEqual([[11, 30]])
  given.history = () => ({ messages: rows(3, 6), more_before: true, more_after: true })
  expect((await chat.history.loadAround(state, 104, 4)).n).toBe(4)
  given.history = () => ({ messages: rows(1, 2), more_before: false, more_after: true })
  await chat.history.loadBefore(state, rows(3, 3)[0]!, 10)
  given.history = () => ({ messages: rows(7, 10), more_before: true, more_after: true })
  await chat.history.loadAfter(state, rows(6, 6)[0]!, 4)
  expect(state.timeline.ranges.map(({ from, to }) => [from, to])).toEqual([[1, 30]])
  await expect(chat.history.loadAround(state, 999, 4)).rejects.toMatchObject({ code: 'not_found' })
})

test('a_page_ahead_of_what_was_told_moves_no_number_and_is_heard_when_it_is_told', async () => {
  const guest = await inside({ seq: 41, rooms: [room({ last_n: 1, read_n: 1 })] })
  const state = chat.rooms.get(1)!
  const heard: string[] = []
  chat.events.hearers.add((_, { body }) => heard.push(body))
  const ahead = message({ id: 42, n: 2, body: 'ahead' })
  given.history = () => page(message({ id: 41, n: 1 }), ahead)
  await chat.history.loadNewest(state, 10)
  expect(texts()).toEqual(['Hello porch', 'ahead'])
  expect([state.last_n, state.unread, heard]).toEqual([1, 0, []])
  guest.tell(written(ahead))
  await vi.waitFor(() => expect(heard).toEqual(['ahead']))
  expect(texts()).toEqual(['Hello porch', 'ahead'])
  expect([state.last_n, state.unread]).toEqual([2, 1])
})
