import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { HEARD_ASKED_MAX } from '../limits'
import type { HeardMarks as Answer, Seq, UserId } from '../protocol'
import { HEARD_KEPT_MAX, HeardMarks } from './heardMarks.svelte'

const ME = 1
const ROOM = 4

let marks: HeardMarks
/** What the box knows, what it was asked for, and what it was told. */
let heard: Map<Seq, UserId[]>
let asked: (readonly Seq[])[]
let said: Seq[]

beforeEach(() => {
  vi.useFakeTimers()
  heard = new Map()
  asked = []
  said = []
  marks = new HeardMarks({
    me: () => ME,
    ask: async (_, messages): Promise<Answer> => {
      asked.push(messages)
      return { heard: messages.flatMap((message) => ({ message, by: heard.get(message) ?? [] })) }
    },
    mark: (_, message) => said.push(message),
  })
})

afterEach(() => void vi.useRealTimers())

const settled = () => vi.advanceTimersByTimeAsync(5_000)
const told = (message: Seq, by: UserId) => marks.told({ type: 'heard_mark', room: ROOM, message, by })

test('what_is_shown_is_asked_for_together_and_once', async () => {
  heard.set(7, [2, 3]).set(8, [ME])
  for (const message of [7, 8, 9, 8]) marks.show(ROOM, message)
  expect(marks.hasHeard(9)).toBeUndefined()
  await settled()
  expect(asked).toEqual([[7, 8, 9]])
  expect([7, 8, 9].map((message) => marks.hasHeard(message))).toEqual([false, true, false])
  expect(marks.by(7)).toEqual([2, 3])
  marks.show(ROOM, 7)
  await settled()
  expect(asked).toHaveLength(1)
})

test('no_more_is_asked_for_at_once_than_the_box_answers', async () => {
  for (let message = 1; message <= HEARD_ASKED_MAX + 1; message++) marks.show(ROOM, message)
  await settled()
  expect(asked.map((messages) => messages.length)).toEqual([HEARD_ASKED_MAX, 1])
})

test('a_mark_that_is_told_while_the_answer_is_on_its_way_is_not_lost', async () => {
  marks.show(ROOM, 7)
  await settled()
  told(7, 5)
  heard.set(7, [2])
  marks.welcomed()
  told(7, 6)
  await settled()
  expect([...marks.by(7)].sort()).toEqual([2, 5, 6])
  // Of what nobody looks at nothing is known by one mark alone.
  told(99, 5)
  expect(marks.by(99)).toEqual([])
})

test('who_is_back_asks_again_for_what_is_shown_and_forgets_the_rest', async () => {
  const hide = marks.show(ROOM, 7)
  marks.show(ROOM, 8)
  await settled()
  hide()
  expect(marks.hasHeard(7)).toBe(false)
  heard.set(8, [ME])
  marks.welcomed()
  await settled()
  expect(asked.at(-1)).toEqual([8])
  expect([marks.hasHeard(7), marks.hasHeard(8)]).toEqual([undefined, true])
})

test('what_is_played_is_said_once', () => {
  marks.mark(ROOM, 7)
  marks.mark(ROOM, 7)
  expect(marks.hasHeard(7)).toBe(true)
  expect(said).toEqual([7])
})

test('nothing_of_it_is_anybody_elses_who_signs_in_here', async () => {
  heard.set(7, [2])
  marks.show(ROOM, 7)
  marks.forget()
  await settled()
  expect(marks.by(7)).toEqual([])
  expect(marks.hasHeard(7)).toBeUndefined()
})

test('however_much_one_has_looked_at_it_does_not_grow_on_and_on', async () => {
  for (let message = 1; message <= HEARD_KEPT_MAX + 50; message++) {
    const hide = marks.show(ROOM, message)
    await settled()
    hide()
  }
  expect(marks.hasHeard(HEARD_KEPT_MAX + 50)).toBeUndefined()
  expect(marks.hasHeard(1)).toBe(false)
})
