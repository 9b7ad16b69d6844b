import { expect, test } from 'vitest'
import { DELETIONS_KEPT_MAX, Deletions } from './deletions'

/** Asks for the numbers `read`, which come when the promise is settled by `come`. */
function asking(deletions: Deletions, read: readonly number[][]) {
  const come: (() => void)[] = []
  let tries = 0
  const answer = deletions.whole(
    () => new Promise<readonly number[]>((resolve) => come.push(() => resolve(read[tries++]!))),
    (ids, isDeleted) => ids.filter((id) => !isDeleted(id)),
  )
  return { answer, come }
}

test('nothing_is_remembered_while_nobody_waits', async () => {
  const deletions = new Deletions()
  deletions.heard(1)
  expect(deletions.size).toBe(0)
  const first = asking(deletions, [[1, 2]])
  const second = asking(deletions, [[1, 2]])
  deletions.heard(2)
  first.come[0]!()
  expect(await first.answer).toEqual([1])
  expect(deletions.size).toBe(1)
  second.come[0]!()
  expect(await second.answer).toEqual([1])
  expect(deletions.size).toBe(0)
})

test('an_answer_that_fails_is_forgotten_too', async () => {
  const deletions = new Deletions()
  const failed = deletions.whole(
    () => Promise.reject(new Error('away')),
    (answer) => answer,
  )
  deletions.heard(1)
  await expect(failed).rejects.toThrow('away')
  expect(deletions.size).toBe(0)
})

test('with_more_deletions_than_are_remembered_it_is_asked_again', async () => {
  const deletions = new Deletions()
  const { answer, come } = asking(deletions, [[1, 2], [2]])
  for (let id = 1; id <= DELETIONS_KEPT_MAX + 1; id++) deletions.heard(id * 1_000)
  expect(deletions.size).toBe(0)
  come[0]!()
  await Promise.resolve().then(() => {})
  come[1]!()
  expect(await answer).toEqual([2])
})

test('an_answer_that_never_holds_is_given_up', async () => {
  const deletions = new Deletions()
  const never = deletions.whole(
    async () => deletions.unknown(),
    (answer) => answer,
  )
  await expect(never).rejects.toMatchObject({ code: 'busy' })
})
