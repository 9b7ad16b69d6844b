import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { history, Refusal } from './api'
import { register, search } from './apiBox'
import { PATIENCE_MS_MAX, patience } from './patience.svelte'

const busy = (retry_ms?: number) =>
  new Response(JSON.stringify({ error: { code: 'busy', message: 'The box is busy.', retry_ms } }), {
    status: 503,
  })
const empty = () => new Response(JSON.stringify({ messages: [], more_before: false, more_after: false }))

let answers: (() => Response)[]
let asked: string[]

beforeEach(() => {
  vi.useFakeTimers()
  asked = []
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(path)
    return (answers.length > 1 ? answers.shift()! : answers[0]!)()
  })
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('a_read_that_the_box_is_too_busy_for_is_asked_again_when_it_says', async () => {
  answers = [() => busy(2_000), () => busy(), empty]
  const page = history(1, {}, 50)
  await vi.advanceTimersByTimeAsync(0)
  expect(patience.waiting).toBe(1)
  await vi.advanceTimersByTimeAsync(1_999)
  expect(asked).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1_001)
  expect(asked).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(1_500)
  expect((await page).messages).toEqual([])
  expect(patience.waiting).toBe(0)
})

test('after_a_while_the_person_hears_why_not', async () => {
  answers = [() => busy(1_000)]
  const page = history(1, {}, 50)
  const refused = expect(page).rejects.toMatchObject({ code: 'busy' })
  await vi.advanceTimersByTimeAsync(PATIENCE_MS_MAX)
  await refused
  expect(patience.waiting).toBe(0)
  expect(asked.length).toBeLessThanOrEqual(30)
})

test('a_search_that_nobody_wants_any_more_is_not_asked_again', async () => {
  answers = [() => busy(1_000), empty]
  const wanted = new AbortController()
  const found = search({ q: 'x' }, null, 20, wanted.signal)
  const refused = expect(found).rejects.toBe('not wanted')
  await vi.advanceTimersByTimeAsync(10)
  wanted.abort('not wanted')
  await refused
  await vi.advanceTimersByTimeAsync(5_000)
  expect(asked).toHaveLength(1)
  expect(patience.waiting).toBe(0)
})

test('a_change_is_not_made_again_by_itself_nor_any_other_refusal_asked_again', async () => {
  answers = [() => busy(1_000)]
  await expect(register({ name: 'Ada', password: 'correct horse' } as never)).rejects.toBeInstanceOf(Refusal)
  answers = [
    () => new Response(JSON.stringify({ error: { code: 'not_a_member', message: '' } }), { status: 403 }),
  ]
  await expect(history(1, {}, 50)).rejects.toMatchObject({ code: 'not_a_member' })
  expect(asked).toHaveLength(2)
  expect(patience.waiting).toBe(0)
})
