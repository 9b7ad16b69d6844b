import { describe, expect, test } from 'vitest'
import type { Notify, RoomKind } from '../protocol'
import {
  isGone,
  isOver,
  isThere,
  type Moment,
  type News,
  newestMissed,
  type Sight,
  type Told,
  tell,
  type Untold,
  type Weight,
  weigh,
  weighLate,
} from './decide'

const ME = { id: 1, name: 'Ada' }

function weight(kind: RoomKind, notify: Notify, body: string, changes: object = {}): Weight {
  const message = { author: 2, body, deleted: false, ...changes }
  return weigh({ room: { kind, notify, settings: { archived: false } }, message }, ME)
}

describe('what a message weighs', () => {
  test.each<[RoomKind, Notify, string, Weight]>([
    ['open', 'all', 'hello', 'plain'],
    ['open', 'all', 'hello Ada', 'mine'],
    ['open', 'mine', 'hello', 'none'],
    ['open', 'mine', 'hello Ada', 'mine'],
    ['open', 'none', 'hello Ada', 'none'],
    ['closed', 'mine', '@ada', 'mine'],
    ['everyone', 'mine', 'Also Adam', 'none'],
    ['direct', 'all', 'hello', 'mine'],
    ['direct', 'mine', 'hello', 'mine'],
    ['direct', 'none', 'hello Ada', 'none'],
  ])('in a room that is %s, notified of %s, “%s” is %s', (kind, notify, body, wanted) => {
    expect(weight(kind, notify, body)).toBe(wanted)
  })

  test('a reply to what one has said oneself is for oneself', () => {
    expect(weight('open', 'mine', 'hello', { quote: { author: 1 } })).toBe('mine')
    expect(weight('open', 'mine', 'hello', { quote: { author: 3 } })).toBe('none')
    expect(weight('open', 'none', 'hello', { quote: { author: 1 } })).toBe('none')
  })

  test('a call with @ is for oneself in muted rooms, too; so is one for all', () => {
    const called = [{ name: 'Ada', user: 1 }]
    const all = [{ name: 'everyone' }]
    const another = [{ name: 'Grace', user: 3 }]
    for (const notify of ['all', 'mine', 'none'] as const) {
      expect(weight('open', notify, '@Ada', { mentions: called })).toBe('mine')
      expect(weight('everyone', notify, '@everyone', { mentions: all })).toBe('mine')
    }
    expect(weight('open', 'none', '@Grace', { mentions: another })).toBe('none')
    expect(weight('open', 'none', '@Ada', { mentions: called, author: 1 })).toBe('none')
    expect(weight('open', 'mine', '@Renamed', { mentions: [{ name: 'Renamed', user: 1 }] })).toBe('mine')
  })

  test('nothing that is one’s own, deleted, or in an archived room', () => {
    expect(weight('direct', 'all', 'mine', { author: 1 })).toBe('none')
    expect(weight('direct', 'all', '', { deleted: true })).toBe('none')
    const room = { kind: 'open', notify: 'all', settings: { archived: true } } as const
    expect(weigh({ room, message: { author: 2, body: 'Ada', deleted: false } }, ME)).toBe('none')
  })
})

const news = (changes: Partial<News> = {}): News => ({
  room: 1,
  id: 10,
  n: 5,
  author: 2,
  body: 'hello',
  isMine: true,
  isCalled: false,
  isTold: true,
  isLive: true,
  ...changes,
})

function told(
  gathered: readonly News[],
  {
    sight = 'away',
    readN = 0,
    ...moment
  }: Partial<Omit<Moment, 'sight' | 'readN'>> & { sight?: Sight; readN?: number } = {},
): string {
  const { show, tone } = tell(gathered, {
    isQuiet: false,
    isVisible: false,
    sounds: 'mine',
    sight: () => sight,
    readN: () => readN,
    ...moment,
  })
  return `${show.length}${tone ? ' and a tone' : ''}`
}

describe('how it is told', () => {
  test('what is away is shown, and heard when it is for oneself', () => {
    expect(told([news()])).toBe('1 and a tone')
    expect(told([news({ isMine: false })])).toBe('1')
    expect(told([news({ isMine: false })], { sounds: 'all' })).toBe('1 and a tone')
    expect(told([news()], { sounds: 'none' })).toBe('1')
    expect(told([news()], { isVisible: true })).toBe('1 and a tone')
  })

  test('what is seen is not told, in whatever tab it is seen', () => {
    expect(told([news()], { sight: 'seen', isVisible: true })).toBe('0')
    expect(told([news()], { sight: 'seen', isVisible: false })).toBe('0')
  })

  test('what is on the screen beside another window is heard alone', () => {
    expect(told([news()], { sight: 'beside', isVisible: true, readN: 5 })).toBe('0 and a tone')
    expect(told([news({ isMine: false })], { sight: 'beside', isVisible: true, readN: 5 })).toBe('0')
  })

  test('in quiet hours nothing is shown or heard', () => {
    expect(told([news()], { isQuiet: true })).toBe('0')
    expect(told([news()], { isQuiet: true, sight: 'beside', sounds: 'all' })).toBe('0')
  })

  test('what was read meanwhile, here or on another device, is told no more', () => {
    expect(told([news({ n: 5 })], { readN: 5 })).toBe('0')
    expect(told([news({ n: 5 }), news({ n: 6 })], { readN: 5 })).toBe('1 and a tone')
  })

  test('a burst of what was missed is one telling, and none for whoever looks at the page', () => {
    const burst = Array.from({ length: 500 }, (_, at) => news({ id: at, n: at + 1, isLive: false }))
    expect(told(burst)).toBe('500 and a tone')
    expect(told(burst, { isVisible: true })).toBe('0')
  })

  test('nothing is told of nothing', () => expect(told([])).toBe('0'))
})

test('of_what_was_missed_in_great_numbers_the_newest_of_each_room_is_told_where_all_of_it_weighs', () => {
  const last = { id: 90, author: 2, preview: 'hello', sent_at: 0 }
  const room = (id: number, changes: Partial<Untold> = {}): Untold => ({
    id,
    kind: 'open',
    notify: 'all',
    settings: { archived: false },
    last_n: 9,
    last,
    ...changes,
  })
  const rooms = [
    room(1),
    room(2, { kind: 'direct' }),
    room(3, { notify: 'mine' }),
    room(4, { notify: 'none' }),
    room(5, { settings: { archived: true } }),
    room(6, { last: { ...last, author: ME.id } }),
    room(7, { last: { ...last, preview: '' } }),
    room(8, { last_n: 0, last: null }),
    room(9),
    room(10),
    room(11, { last: { ...last, preview: '', attached: { first: 'picture', count: 2 } } }),
  ]
  const heardN = new Map(rooms.map(({ id }) => [id, 5]))
  heardN.set(9, 9)
  // Not known before: nothing of it was missed.
  heardN.delete(10)
  const missed = newestMissed(rooms, heardN, ME.id)
  expect(missed.map(({ room, isMine, isLive }) => [room, isMine, isLive])).toEqual([
    [1, false, false],
    [2, true, false],
    [11, false, false],
  ])
  expect(missed[2]).toMatchObject({ body: '', attached: { first: 'picture', count: 2 } })
  expect(missed[0]).toMatchObject({ id: 90, n: 9, author: 2, body: 'hello' })
})

describe('what a notification tells', () => {
  const known: Told = { notify: 'all', last_n: 9, read_n: 5, deleted: new Set() }
  const rooms = new Map<number, Told>([
    [1, known],
    [2, { ...known, deleted: new Set([8]) }],
    [3, { ...known, notify: 'none' }],
  ])
  const roomOf = (id: number) => rooms.get(id)
  const over = (...told: [number, number, boolean?][]) => isOver(told, roomOf)

  test('is over when all of it was read, muted or left', () => {
    expect([over([1, 5]), over([1, 6]), over([3, 9]), over([4, 1])]).toEqual([true, false, true, true])
    expect([over([1, 5], [3, 9]), over([1, 6], [3, 9])]).toEqual([true, false])
    expect([over([3, 9, true]), over([3, 5, true])]).toEqual([false, true])
  })

  test('is over when the newest that it tells of was deleted, however long ago', () => {
    expect([over([2, 8]), over([2, 7])]).toEqual([true, false])
  })

  test('stays for the other rooms of several where one message of one was deleted', () => {
    expect([over([1, 9], [2, 8]), over([1, 5], [2, 8])]).toEqual([false, true])
  })

  test('is gone where the box does not have it, or does not have that message', () => {
    const gone = (messages: number[], ...rooms: [number, number][]) =>
      isGone({ rooms, messages }, roomOf, 100)
    expect([gone([90], [1, 9]), gone([90], [1, 10]), gone([101], [1, 9])]).toEqual([false, true, true])
    expect([gone([90], [1, 10], [2, 9]), gone([90], [1, 10], [2, 8])]).toEqual([false, true])
    expect([gone([90], [1, 10], [1, 5]), gone([90], [4, 1], [3, 9])]).toEqual([true, true])
  })

  test('is there no more where it was deleted, or the box has fewer', () => {
    const there = (id: number, n: number) => isThere(rooms.get(id), n)
    expect([there(1, 9), there(1, 10), there(2, 8), there(2, 9), there(4, 1)]).toEqual([
      true,
      false,
      false,
      true,
      false,
    ])
  })
})

test('a_text_is_looked_through_once_and_only_where_a_name_in_it_decides', () => {
  let looks = 0
  const message = {
    author: 2,
    deleted: false,
    get body() {
      looks += 1
      return 'hello Ada'
    },
  }
  const late = (notify: Notify) => {
    const room = { kind: 'open', notify, settings: { archived: false } } as const
    return weighLate({ room, message }, ME)
  }
  expect(late('none')).toBeNull()
  const all = late('all')!
  expect([all.isTold, looks]).toEqual([true, 0])
  const mine = late('mine')!
  expect(looks).toBe(0)
  expect([mine.isTold, mine.isMine, mine.isTold, looks]).toEqual([true, true, true, 1])
})
