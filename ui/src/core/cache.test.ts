import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Message, Seq, User } from '../protocol'
import { CACHE_AGE_MS_MAX, type CachedHead, type CachedRoom } from './cache'
import {
  CACHED_CHARS_MAX,
  CACHED_ROOMS_MAX,
  CACHED_ROWS_MAX,
  CACHED_TALKS_MAX,
  CacheWriter,
} from './cacheWriter'
import type { Chat } from './chat.svelte'
import { picture } from './testing/attachments'
import { ada, Box, deletion, type Guest, grace, message, room, written } from './testing/box'
import { Device } from './testing/device'
import { Browser } from './testing/tab'

let box: Box
let device: Device
let browser: Browser

beforeEach(async () => {
  box = await Box.open()
  device = new Device()
  browser = new Browser(box, device)
  browser.people = [ada, grace]
})

afterEach(async () => {
  browser.close()
  await box.close()
})

const bodies = (chat: Chat, id = 1) =>
  chat.rooms.get(id)?.timeline.ranges.flatMap(({ rows }) => rows.map(({ body }) => body))
const head = async () => (await device.records('cache'))[0] as CachedHead
const cachedRooms = async () => (await device.records('cache')).slice(1) as CachedRoom[]
const kitchen = (changes: Parameters<typeof room>[0] = {}) =>
  room({ id: 4, kind: 'open', name: 'Kitchen', member_count: 7, ...changes })

/** A page that has read the last two messages of the room for everybody, kept up to event 12. */
async function insideWithTwo(): Promise<{ chat: Chat; guest: Guest }> {
  const page = await browser.inside({ seq: 10, rooms: [room({ read_n: 1 }), kitchen()] })
  page.guest.tell(
    written(message({ id: 11, n: 1, author: grace.id, body: 'first' })),
    written(message({ id: 12, n: 2, author: grace.id, body: 'second' })),
  )
  await vi.waitFor(() => expect(page.chat.rooms.get(1)?.last_n).toBe(2))
  await vi.waitFor(() => expect(page.chat.peopleKnown).toBe(true))
  await page.chat.entry.kept.flush()
  return page
}

/** The next life of the page: it knows what is kept, and has asked the box. */
async function reload(before: Chat): Promise<Chat> {
  before.hide()
  const chat = browser.tab()
  await chat.entry.start()
  return chat
}

test('who_reads_far_up_still_keeps_the_last_messages_for_a_reload', async () => {
  const { chat } = await insideWithTwo()
  const far = chat.rooms.get(1)!
  const rows = Array.from({ length: 4_000 }, (_, i) => message({ id: 100 + i, n: i + 3 }))
  far.addPage(3, 4_002, rows)
  far.last_n = 4_002
  far.looked = 50
  far.addPage(1, 100, rows.slice(0, 98))
  browser.isThere = false
  const next = await reload(chat)
  expect(next.rooms.get(1)?.timeline.at(4_002)?.rows.length).toBe(CACHED_ROWS_MAX)
})

test('a_reload_while_the_box_is_away_shows_the_chats_and_the_last_messages', async () => {
  const { chat } = await insideWithTwo()
  browser.isThere = false
  const next = await reload(chat)
  expect([next.phase, next.me?.name, next.box?.name, next.rooms.known]).toEqual([
    'inside',
    'Ada',
    'porch',
    true,
  ])
  expect(next.rooms.sorted.map(({ id }) => id)).toEqual([1, 4])
  expect(bodies(next)).toEqual(['first', 'second'])
  expect([next.rooms.get(1)?.unread, next.rooms.get(1)?.last?.preview]).toEqual([1, 'second'])
  expect([next.rooms.get(4)?.settings.name, next.rooms.get(4)?.member_count]).toEqual(['Kitchen', 7])
  expect(next.people.get(grace.id)?.name).toBe('Grace')
  expect(next.peopleKnown).toBe(false)
  expect(next.link.is).toBe('waiting')
  next.send(1, 'written while it is away')
  expect(next.rooms.get(1)?.pending).toHaveLength(1)
})

test('the_box_that_is_back_tells_exactly_what_was_missed_and_what_was_deleted', async () => {
  const { chat } = await insideWithTwo()
  browser.isThere = false
  const next = await reload(chat)
  next.markRead(1, 2)
  browser.isThere = true
  next.wake()
  const guest = await box.guest()
  const told = room({ last_n: 3, read_n: 1 })
  expect(await guest.greet({ seq: 14, resume: 'ok', rooms: [told, kitchen()] })).toBe(12)
  guest.tell(
    deletion(13, { room: 1, message: 11, n: 1 }),
    written(message({ id: 14, n: 3, author: grace.id, body: 'third' })),
  )
  await vi.waitFor(() => expect(bodies(next)).toEqual(['', 'second', 'third']))
  expect(await guest.expect('read')).toMatchObject({ room: 1, n: 2 })
  await vi.waitFor(() => expect(next.peopleKnown).toBe(true))
  await next.entry.kept.flush()
  expect((await head()).seq).toBe(14)
  expect(await device.text()).not.toContain('first')
})

test('who_was_recalled_is_asked_for_once_the_box_answers', async () => {
  const { chat } = await insideWithTwo()
  browser.isThere = false
  const next = await reload(chat)
  browser.isThere = true
  browser.signedIn = { ...ada, name: 'Ada L' }
  next.wake()
  await browser.welcome(next, { seq: 12, resume: 'ok', rooms: [room()] })
  await vi.waitFor(() => expect(next.me?.name).toBe('Ada L'))
  expect(next.rooms.get(1)?.timeline.ranges).toHaveLength(1)
})

test('a_reload_that_the_box_asks_for_drops_what_is_kept_of_every_room', async () => {
  const { chat, guest: before } = await insideWithTwo()
  before.tell(written(message({ id: 13, room: 4, n: 1, body: 'in the kitchen' })))
  await vi.waitFor(() => expect(chat.rooms.get(4)?.last_n).toBe(1))
  await chat.entry.kept.flush()
  const next = await reload(chat)
  expect(bodies(next, 4)).toEqual(['in the kitchen'])
  // The kitchen was archived meanwhile: the welcome does not tell of it.
  browser.archived = [kitchen({ archived: true, last_n: 1 })]
  await browser.welcome(next, { seq: 5_000, resume: 'reload', rooms: [room({ last_n: 900 })] })
  await vi.waitFor(() => expect(next.rooms.get(4)?.settings.archived).toBe(true))
  expect([bodies(next), bodies(next, 4)]).toEqual([[], []])
  await next.entry.kept.flush()
  expect((await head()).seq).toBe(5_000)
  const text = await device.text()
  for (const gone of ['first', 'second', 'in the kitchen']) expect(text).not.toContain(gone)
})

test('a_box_put_back_to_what_it_once_was_is_known_by_its_epoch_and_believed', async () => {
  const { chat } = await insideWithTwo()
  chat.markRead(1, 2)
  await chat.entry.kept!.flush()
  expect(await head()).toMatchObject({ seq: 12, epoch: 1 })
  const next = await reload(chat)
  expect(bodies(next)).toEqual(['first', 'second'])
  const guest = await box.guest()
  expect(await guest.expect('hello')).toMatchObject({ after: 12, epoch: 1 })
  // What has been written on it since: as many messages again, and one is deleted that was not.
  guest.welcome({ seq: 15, epoch: 9, resume: 'reload', rooms: [room({ last_n: 4, deleted: [[3, 3]] })] })
  await vi.waitFor(() => expect(bodies(next)).toEqual([]))
  expect([next.rooms.get(1)?.read_n, next.rooms.get(1)?.unread]).toEqual([0, 3])
  await next.entry.kept!.flush()
  expect(await head()).toMatchObject({ seq: 15, epoch: 9 })
  expect(await device.text()).not.toContain('second')
})

test('a_box_whose_events_begin_anew_is_believed', async () => {
  const { chat } = await insideWithTwo()
  const next = await reload(chat)
  await browser.welcome(next, { seq: 3, resume: 'reload', rooms: [room({ last_n: 1 })] })
  await next.entry.kept.flush()
  expect((await head()).seq).toBe(3)
})

test('and_so_it_is_where_what_writes_comes_after_that', async () => {
  const { chat } = await insideWithTwo()
  let come = (_: typeof CacheWriter) => {}
  device.cacheWriter = () => new Promise((resolve) => (come = resolve))
  const next = await reload(chat)
  await browser.welcome(next, { seq: 3, resume: 'reload', rooms: [room({ last_n: 1 })] })
  await next.entry.kept.flush()
  expect((await head()).seq).toBe(12)
  come(CacheWriter)
  await vi.waitFor(async () => {
    await next.entry.kept.flush()
    expect((await head()).seq).toBe(3)
  })
})

test('a_page_that_cannot_load_what_writes_is_whole_without', async () => {
  device.cacheWriter = () => Promise.reject(new Error('no such chunk'))
  const { chat } = await insideWithTwo()
  expect(bodies(chat)).toEqual(['first', 'second'])
  expect(await device.records('cache')).toEqual([])
})

test('somebody_who_is_not_signed_in_any_more_leaves_with_the_cache', async () => {
  const { chat } = await insideWithTwo()
  chat.hide()
  chat.send(1, 'not sent yet')
  await vi.waitFor(async () => expect(await device.records('outbox')).toHaveLength(1))
  browser.signedIn = null
  const next = await reload(chat)
  expect([next.phase, next.me?.name, next.rooms.all.size]).toEqual(['ended', 'Ada', 0])
  await vi.waitFor(async () => expect(await device.records('cache')).toEqual([]))
  expect(await device.records('outbox')).toHaveLength(1)
})

test('somebody_else_who_is_signed_in_sees_nothing_of_it', async () => {
  const { chat } = await insideWithTwo()
  browser.signedIn = grace
  const next = await reload(chat)
  expect([next.me?.name, next.rooms.all.size]).toEqual(['Grace', 0])
  await vi.waitFor(async () => expect(await device.records('cache')).toEqual([]))
})

async function isErasedUnseen(change: (head: CachedHead) => CachedHead): Promise<void> {
  const { chat } = await insideWithTwo()
  chat.hide()
  await device.change('cache', 0, change)
  browser.isThere = false
  const next = await reload(chat)
  expect([next.phase, next.rooms.all.size]).toEqual(['unreachable', 0])
  await vi.waitFor(async () => expect(await device.records('cache')).toEqual([]))
}

test('what_is_kept_in_another_layout_is_not_shown_and_is_erased', () =>
  isErasedUnseen((head) => ({ ...head, layout: '0.0' })))

test('what_is_kept_of_long_ago_is_not_shown_and_is_erased', () =>
  isErasedUnseen((head) => ({ ...head, at: head.at - CACHE_AGE_MS_MAX })))

test('what_is_kept_of_the_future_is_not_shown_and_is_erased', () =>
  isErasedUnseen((head) => ({ ...head, at: head.at + 2 * CACHE_AGE_MS_MAX })))

test('what_is_kept_of_somebody_unknown_is_not_shown_and_is_erased', () =>
  isErasedUnseen((head) => ({ ...head, account: '7.7' })))

test('what_is_damaged_is_not_built_on', async () => {
  const { chat } = await insideWithTwo()
  chat.hide()
  await device.change('cache', 1, (record: CachedRoom) => ({ ...record, room: null }))
  const next = await reload(chat)
  expect(await (await box.guest()).greet({ rooms: [room()] })).toBeNull()
  await vi.waitFor(() => expect(next.rooms.all.size).toBe(1))
  expect(bodies(next)).toEqual([])
})

test('a_room_that_was_left_is_not_kept', async () => {
  const { chat, guest } = await insideWithTwo()
  guest.tell(written(message({ id: 13, room: 4, n: 1, body: 'in the kitchen' })))
  await vi.waitFor(() => expect(chat.rooms.get(4)?.last_n).toBe(1))
  await chat.entry.kept.flush()
  expect(await device.text()).toContain('in the kitchen')
  guest.say({ type: 'rooms_gone', rooms: [4], archived: 0, by: null })
  await vi.waitFor(() => expect(chat.rooms.all.size).toBe(1))
  await chat.entry.kept.flush()
  expect(await device.text()).not.toContain('itchen')
  expect(await device.text()).toContain('second')
})

test('what_is_kept_is_bounded_by_rooms_messages_and_characters', async () => {
  const many = Array.from({ length: 250 }, (_, at) =>
    room({ id: at + 1, last: { id: 1_000 - at, author: 2, preview: '', sent_at: 0 }, last_n: 100 }),
  )
  const { chat } = await browser.inside({ rooms: [...many, room({ id: 999, archived: true })] })
  const rows = (body: string): Message[] =>
    Array.from({ length: 100 }, (_, at) => message({ id: at + 1, n: at + 1, author: at + 1, body }))
  for (const state of chat.rooms.all.values()) state.addPage(1, 100, rows('short'))
  chat.rooms.get(2)!.forgetHistory()
  chat.rooms.get(2)!.addPage(1, 100, rows('x'.repeat(8_000)))
  // What is said of pictures counts like any text.
  const album = Array.from({ length: 10 }, () => picture({ alt: 'x'.repeat(500) }))
  chat.rooms.get(3)!.forgetHistory()
  chat.rooms.get(3)!.addPage(
    1,
    100,
    rows('').map((row) => ({ ...row, attachments: album })),
  )
  await chat.entry.kept.flush()
  const kept = await cachedRooms()
  expect(kept).toHaveLength(CACHED_ROOMS_MAX)
  expect(kept.filter(({ rows }) => rows.length > 0)).toHaveLength(CACHED_TALKS_MAX)
  expect(kept[0]?.rows.map(({ n }) => n)).toEqual(Array.from({ length: CACHED_ROWS_MAX }, (_, at) => at + 41))
  expect(kept[1]?.rows).toHaveLength(Math.floor(CACHED_CHARS_MAX / 8_000))
  expect(kept[2]?.rows).toHaveLength(Math.floor(CACHED_CHARS_MAX / JSON.stringify(album).length))
  expect(kept[2]?.rows[0]?.attachments).toEqual(album)
  expect(kept.some(({ id }) => id === 999)).toBe(false)
})

test('messages_with_a_gap_before_the_newest_are_not_kept', async () => {
  const { chat } = await browser.inside({ rooms: [room({ last_n: 50 })] })
  chat.rooms.get(1)!.addPage(1, 2, [message({ id: 1, n: 1 }), message({ id: 2, n: 2 })])
  await chat.entry.kept.flush()
  expect((await cachedRooms())[0]?.rows).toEqual([])
})

test('of_everybody_only_those_are_kept_whose_names_are_needed', async () => {
  const crowd = Array.from({ length: 20 }, (_, at): User => ({ ...grace, id: at + 10, name: `P${at}` }))
  browser.people = [ada, grace, ...crowd]
  const { chat } = await insideWithTwo()
  chat.rooms.learn(room({ id: 5, kind: 'direct', with: 12 }))
  await chat.entry.kept.flush()
  expect((await head()).people.map(({ id }) => id).sort()).toEqual([12, grace.id])
})

test('what_has_not_changed_is_not_written_again', async () => {
  const { chat, guest } = await insideWithTwo()
  const put = vi.spyOn(IDBObjectStore.prototype, 'put')
  await chat.entry.kept.flush()
  expect(put).not.toHaveBeenCalled()
  guest.tell(written(message({ id: 13, room: 4, n: 1 })))
  await vi.waitFor(() => expect(chat.rooms.get(4)?.last_n).toBe(1))
  await chat.entry.kept.flush()
  // The head and the kitchen.
  expect(put.mock.calls.map(([record]) => record.id)).toEqual([0, 4])
  put.mockRestore()
})

test('what_arrived_and_was_not_drawn_yet_is_kept_with_the_number_that_counts_it', async () => {
  const { chat, guest } = await insideWithTwo()
  const draws: (() => void)[] = []
  browser.frame = (call) => draws.push(call)
  guest.tell(deletion(13, { room: 1, message: 11, n: 1 }))
  await vi.waitFor(() => expect(draws).toHaveLength(1))
  await chat.entry.kept.flush()
  expect((await head()).seq).toBe(13)
  expect(await device.text()).not.toContain('first')
})

// --- Two tabs ----------------------------------------------------------------------------------

/** Two tabs that know the same; the second has not been told what happened since. */
async function twoTabs(): Promise<[{ chat: Chat; guest: Guest }, { chat: Chat; guest: Guest }]> {
  const one = await insideWithTwo()
  const other = await browser.inside({ seq: 12, resume: 'ok', rooms: [room({ last_n: 2 }), kitchen()] })
  return [one, other]
}

async function hear(page: { chat: Chat; guest: Guest }, seq: Seq, roomId: number): Promise<void> {
  const n = page.chat.rooms.get(roomId)!.last_n + 1
  page.guest.tell(written(message({ id: seq, room: roomId, n, body: `event ${seq}` })))
  await vi.waitFor(() => expect(page.chat.rooms.get(roomId)?.last_n).toBe(n))
}

test('a_tab_that_has_heard_less_leaves_what_is_there', async () => {
  const [one, other] = await twoTabs()
  await hear(one, 13, 1)
  one.guest.tell(deletion(14, { room: 1, message: 11, n: 1 }))
  await vi.waitFor(() => expect(one.chat.rooms.get(1)?.timeline.find(11)?.deleted).toBe(true))
  await one.chat.entry.kept.flush()
  other.chat.markRead(1, 2)
  await other.chat.entry.kept.flush()
  expect((await head()).seq).toBe(14)
  expect(await device.text()).not.toContain('first')
})

test('tabs_that_write_in_turns_leave_nothing_older_than_the_number_says', async () => {
  const [one, other] = await twoTabs()
  await hear(other, 13, 1)
  await other.chat.entry.kept.flush()
  // This one has heard of the kitchen only now, and has not written it.
  await hear(one, 13, 1)
  await hear(one, 14, 4)
  await one.chat.entry.kept.flush()
  await hear(other, 14, 4)
  await hear(other, 15, 1)
  await other.chat.entry.kept.flush()
  // Written by the other since: all of it is written anew.
  await hear(one, 15, 1)
  await hear(one, 16, 1)
  await one.chat.entry.kept.flush()
  expect((await head()).seq).toBe(16)
  const kept = new Map((await cachedRooms()).map(({ id, rows }) => [id, rows.map(({ id }) => id)]))
  expect([kept.get(1), kept.get(4)]).toEqual([[11, 12, 13, 15, 16], [14]])
})

test('a_tab_of_somebody_who_came_in_before_keeps_no_chats', async () => {
  const one = await insideWithTwo()
  browser.signedIn = grace
  const other = browser.tab()
  await other.entry.start()
  await browser.welcome(other, { seq: 20, rooms: [room({ id: 7, name: 'of Grace' })] })
  await other.entry.kept.flush()
  await hear(one, 21, 1)
  await one.chat.entry.kept.flush()
  expect((await head()).me.name).toBe('Grace')
  expect(await device.text()).not.toContain('event 21')
})
