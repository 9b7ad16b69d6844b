import { expect, test } from 'vitest'
import { QUOTE_CHARS_MAX } from '../limits'
import type { Event, Message } from '../protocol'
import { changed, REVISIONS_KEPT_MAX, Revisions } from './revisions'
import { deletion, edition, message } from './testing/box'

const deleted = (id: number) => deletion(id + 1_000_000_000, { room: 1, message: id, n: 1 })

/** Asks for the numbers `read`, which come when the promise is settled by `come`. */
function asking(revisions: Revisions, read: readonly number[][]) {
  const come: (() => void)[] = []
  let tries = 0
  const answer = revisions.whole(
    () => new Promise<readonly number[]>((resolve) => come.push(() => resolve(read[tries++]!))),
    (ids, now) => ids.filter((id) => !now(message({ id })).deleted),
  )
  return { answer, come }
}

test('nothing_is_remembered_while_nobody_waits', async () => {
  const revisions = new Revisions()
  revisions.heard(deleted(1))
  expect(revisions.size).toBe(0)
  const first = asking(revisions, [[1, 2]])
  const second = asking(revisions, [[1, 2]])
  revisions.heard(deleted(2))
  first.come[0]!()
  expect(await first.answer).toEqual([1])
  expect(revisions.size).toBe(1)
  second.come[0]!()
  expect(await second.answer).toEqual([1])
  expect(revisions.size).toBe(0)
})

test('an_answer_that_fails_is_forgotten_too', async () => {
  const revisions = new Revisions()
  const failed = revisions.whole(
    () => Promise.reject(new Error('away')),
    (answer) => answer,
  )
  revisions.heard(deleted(1))
  await expect(failed).rejects.toThrow('away')
  expect(revisions.size).toBe(0)
})

test('with_more_revisions_than_are_remembered_it_is_asked_again', async () => {
  const revisions = new Revisions()
  const { answer, come } = asking(revisions, [[1, 2], [2]])
  for (let id = 1; id <= REVISIONS_KEPT_MAX + 1; id++) revisions.heard(deleted(id * 1_000))
  expect(revisions.size).toBe(0)
  come[0]!()
  await Promise.resolve().then(() => {})
  come[1]!()
  expect(await answer).toEqual([2])
})

test('an_answer_that_never_holds_is_given_up', async () => {
  const revisions = new Revisions()
  const never = revisions.whole(
    async () => revisions.unknown(),
    (answer) => answer,
  )
  await expect(never).rejects.toMatchObject({ code: 'busy' })
})

test('what_is_edited_while_an_answer_is_on_its_way_is_as_it_is_now_in_it', async () => {
  const revisions = new Revisions()
  let come = (_: readonly number[]) => {}
  const answer = revisions.whole(
    () => new Promise<readonly number[]>((resolve) => (come = resolve)),
    (revs, now) => revs.map((rev) => Number(now(message({ id: 1, rev, body: '0' })).body)),
  )
  const edited = { ...message({ id: 1, rev: 9, body: '9', edited_at: 5 }), type: 'edited' } as const
  revisions.heard({ seq: 9, room: 1, what: edited })
  come([1, 8, 10])
  expect(await answer).toEqual([9, 9, 0])
})

const reacted = (seq: number, id: number, counts: [string, number][], mine?: string[]): Event => ({
  seq,
  room: 1,
  what: { type: 'reacted', message: id, n: 1, reactions: counts, ...(mine && { mine }) },
})
const quoting = (id: number) => ({ message: id, rev: id, author: 2, text: 'what?', chain: id, place: 1 })

test('reactions_are_counted_as_told_and_one_s_own_stand_until_they_are_told', () => {
  const before = message({ id: 7, rev: 7 })
  const mine = changed(before, reacted(8, 7, [['👍', 1]], ['👍']))
  expect(mine).toMatchObject({ rev: 8, reactions: [['👍', 1]], mine: ['👍'] })
  const others = changed(mine, reacted(9, 7, [['👍', 3]]))
  expect(others).toMatchObject({ rev: 9, reactions: [['👍', 3]], mine: ['👍'] })
  expect(changed(others, reacted(8, 7, [['👍', 1]], ['👍']))).toBe(others)
  const edited = changed(
    others,
    edition(10, message({ id: 7, rev: 10, body: 'new', reactions: [['👍', 3]] })),
  )
  expect(edited).toMatchObject({ body: 'new', mine: ['👍'] })
  const gone = changed(edited, deletion(11, { room: 1, message: 7, n: 1 }))
  expect([gone.deleted, gone.reactions, gone.mine]).toEqual([true, undefined, undefined])
  expect(changed(gone, reacted(12, 7, [['👍', 1]]))).toBe(gone)
})

test('a_reply_quotes_what_it_replies_to_as_that_is_now', () => {
  const reply = message({ id: 8, rev: 8, quote: quoting(7) })
  const edited = changed(reply, edition(9, message({ id: 7, rev: 9, body: 'x'.repeat(200) })))
  expect(edited.quote).toMatchObject({ rev: 9, text: 'x'.repeat(QUOTE_CHARS_MAX) })
  expect(edited.rev).toBe(8)
  expect(changed(edited, reacted(10, 7, [['👍', 1]]))).toBe(edited)
  const deleted = changed(edited, deletion(11, { room: 1, message: 7, n: 1 }))
  expect(deleted.quote).toMatchObject({ rev: 11, text: '', deleted: true })
  expect(changed(deleted, edition(10, message({ id: 7, rev: 10, body: 'late' })))).toBe(deleted)
})

test('all_that_happens_while_an_answer_is_on_its_way_is_brought_up_to_date_in_it', async () => {
  const revisions = new Revisions()
  let come = () => {}
  const answer = revisions.whole(
    () =>
      new Promise<readonly Message[]>((resolve) => {
        come = () => resolve([message({ id: 7, rev: 7 }), message({ id: 8, rev: 8, quote: quoting(7) })])
      }),
    (messages, now) => messages.map(now),
  )
  revisions.heard(edition(9, message({ id: 7, rev: 9, body: 'new' })))
  revisions.heard(reacted(10, 7, [['👍', 1]], ['👍']))
  come()
  const [first, second] = await answer
  expect(first).toMatchObject({ body: 'new', reactions: [['👍', 1]], rev: 10 })
  expect(second?.quote?.text).toBe('new')
  expect(revisions.size).toBe(0)
})
