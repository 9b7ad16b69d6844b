import { expect, test } from 'vitest'
import { REVISIONS_KEPT_MAX, Revisions } from './revisions'
import { deletion, message } from './testing/box'

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
