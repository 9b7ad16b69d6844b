import { describe, expect, it, vi } from 'vitest'
import { Refusal } from '../core/api'
import type { Hit, SearchPage } from '../protocol'
import { type Ask, SearchState } from './state.svelte'

const hit = (id: number): Hit => ({
  message: {
    id,
    rev: id,
    room: 1,
    n: id,
    author: 1,
    body: 'x',
    client_msg_id: `m${id}`,
    sent_at: 0,
    deleted: false,
  },
  marks: [],
})
const started = (ask: Ask) => new SearchState(ask, (asked) => asked !== '')
const page = (ids: number[], next: string | null = null): SearchPage => ({ hits: ids.map(hit), next, cut: 0 })
const ids = (state: SearchState) => state.hits.map(({ message }) => message.id)

describe('a search', () => {
  it('shows pages one after another, no message twice', async () => {
    const state = started(async (_, cursor) => (cursor ? page([2, 1]) : page([3, 2], 'c')))
    await state.search('x')
    expect(ids(state)).toEqual([3, 2])
    await state.more()
    expect(ids(state)).toEqual([3, 2, 1])
    expect(state.next).toBeNull()
  })

  it('drops the answer to an older question', async () => {
    const answers = new Map<string, (page: SearchPage) => void>()
    const state = started((q) => new Promise((resolve) => answers.set(q, resolve)))
    const first = state.search('a')
    const second = state.search('ab')
    answers.get('ab')?.(page([2]))
    answers.get('a')?.(page([1]))
    await Promise.all([first, second])
    expect(ids(state)).toEqual([2])
    expect(state.busy).toBe(false)
  })

  it('drops a hit that was deleted meanwhile', async () => {
    const state = started(async () => page([3, 2]))
    await state.search('x')
    state.drop(3)
    state.drop(7)
    expect(ids(state)).toEqual([2])
  })

  it('lets go of all it shows when it must ask again', async () => {
    let left = [3, 2]
    const state = started(async () => page(left))
    state.again()
    expect(state.busy).toBe(false)
    await state.search('x')
    left = [2]
    state.again()
    expect(ids(state)).toEqual([])
    await vi.waitFor(() => expect(ids(state)).toEqual([2]))
    expect(state.asked).toBe('x')
  })

  it('goes on while nothing is found and there is more to look through', async () => {
    const state = started(async (_, cursor) =>
      cursor === null ? page([], 'a') : cursor === 'a' ? page([], 'b') : page([4]),
    )
    await state.search('x')
    expect(ids(state)).toEqual([4])
    let asked = 0
    const endless = started(async () => {
      asked += 1
      return page([], 'more')
    })
    await endless.search('x')
    expect([asked, endless.next]).toEqual([40, 'more'])
  })

  it('tells how many words were left out', async () => {
    const state = started(async () => ({ ...page([1]), cut: 3 }))
    await state.search('x')
    expect(state.cut).toBe(3)
    await state.search('')
    expect(state.cut).toBe(0)
  })

  it('does not ask the box for nothing', async () => {
    let asked = 0
    const state = started(async () => {
      asked += 1
      return page([])
    })
    await state.search('')
    expect(asked).toBe(0)
    expect(state.answered).toBe(false)
  })

  it('names the reason of a refusal and forgets it with the next answer', async () => {
    let refuse = true
    const state = started(async () => {
      if (refuse) throw new Refusal('query_date')
      return page([1])
    })
    await state.search('before:never')
    expect(state.fault).toBe('query_date')
    refuse = false
    await state.search('y')
    expect(state.fault).toBeNull()
    expect(ids(state)).toEqual([1])
  })
})
