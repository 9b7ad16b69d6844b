import { expect, test } from 'vitest'
import { Refusal } from '../core/api'
import { message } from '../core/testing/box'
import type { HistoryPage, Message } from '../protocol'
import { GalleryState } from './state.svelte'

const shows = ({ body, deleted }: Message) => body !== '' && !deleted
const rows = (...ids: number[]) => ids.map((id) => message({ id, n: id }))
const page = (more_before: boolean, ...ids: number[]): HistoryPage => ({
  messages: rows(...ids),
  more_before,
  more_after: false,
})

/** A gallery that gets these answers, and what it asked for. */
function gallery(...answers: (HistoryPage | Error)[]) {
  const asked: (number | undefined)[] = []
  const state = new GalleryState(async (before) => {
    asked.push(before)
    const answer = answers.shift()
    if (!answer || answer instanceof Error) throw answer ?? new Error('nothing more was to be asked')
    return answer
  }, shows)
  const ids = () => state.messages.map(({ id }) => id)
  return { state, asked, ids }
}

test('older ones are asked for until there are none', async () => {
  const { state, asked, ids } = gallery(page(true, 8, 9), page(false, 2, 5))
  await state.load()
  await state.load()
  await state.load()
  expect([asked, ids(), state.more]).toEqual([[undefined, 8], [2, 5, 8, 9], false])
})

test('what is heard is taken up once, as far as it shows anything', async () => {
  const { state, ids } = gallery(page(false, 3))
  state.heard(rows(4))
  expect(ids()).toEqual([])
  await state.load()
  const heard = [...rows(1, 3, 4), message({ id: 5, body: '' }), ...rows(6)]
  state.heard(heard)
  state.heard(heard)
  expect(ids()).toEqual([3, 4, 6])
})

test('what is deleted goes, and does not come back with what is heard', async () => {
  const { state, ids } = gallery(page(false, 3, 4))
  await state.load()
  state.heard(rows(3, 4, 5))
  state.drop(5)
  state.drop(3)
  state.heard([...rows(4), message({ id: 5, deleted: true, body: '' })])
  expect(ids()).toEqual([4])
})

test('a fault is told, and another try goes on', async () => {
  const { state, ids } = gallery(page(true, 8), new Refusal('unreachable'), page(false, 7))
  await state.load()
  await state.load()
  expect([state.fault, state.busy, ids()]).toEqual(['unreachable', false, [8]])
  await state.load()
  expect([state.fault, ids()]).toEqual([null, [7, 8]])
})

test('coming back, what came meanwhile is added; where that is more than a page, all is begun anew', async () => {
  const { state, ids } = gallery(page(true, 5, 6), page(true, 6, 7), page(true, 20, 21))
  await state.load()
  await state.refresh()
  expect([ids(), state.more]).toEqual([[5, 6, 7], true])
  await state.refresh()
  expect([ids(), state.more]).toEqual([[20, 21], true])
})

test('what may not be there any more is let go of, and an answer of before is not taken for new', async () => {
  let give = (_: HistoryPage) => {}
  const answers = [new Promise<HistoryPage>((resolve) => (give = resolve)), Promise.resolve(page(false, 9))]
  const state = new GalleryState(() => answers.shift()!, shows)
  const first = state.load()
  state.again()
  give(page(true, 1, 2))
  await first
  await expect.poll(() => state.messages.map(({ id }) => id)).toEqual([9])
})
