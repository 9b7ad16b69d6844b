import { describe, expect, it } from 'vitest'
import {
  choosing,
  isSought,
  narrowing,
  queryOf,
  type Sought,
  soughtIn,
  toAsk,
  typing,
  unnarrowed,
} from './address'

const NOTHING: Sought = { q: '', from: null, room: null, has: '', after: '', until: '' }
const people = [
  { id: 1, name: 'Ada' },
  { id: 2, name: 'Bo' },
]
const rooms = [
  { id: 7, name: 'Kitchen' },
  { id: 9, name: 'Kitchen' },
]

describe('the address of a search', () => {
  it('gives back what it was made of', () => {
    const sought = {
      q: '苹果 "a phrase"&x=1 +%',
      from: 3,
      room: 9,
      has: 'voice',
      after: '2026-11-01',
      until: '2026-11-20',
    }
    expect(soughtIn(queryOf(sought as Sought))).toEqual(sought)
    expect(soughtIn(queryOf(NOTHING))).toEqual(NOTHING)
    expect(queryOf(NOTHING)).toBe('')
  })

  it('knows the addresses of before, which had words only', () => {
    expect(soughtIn('q=pie+from%3AAda')).toEqual({ ...NOTHING, q: 'pie from:Ada' })
  })

  it('takes what is neither an id nor a day for nothing', () => {
    for (const query of [
      'from=x',
      'from=0',
      'room=-1',
      'room=1e3',
      'from=99999999999999999999',
      'after=soon',
      'has=cake',
    ])
      expect(soughtIn(query)).toEqual(NOTHING)
  })
})

describe('what is chosen', () => {
  it('may be what messages bring: told in the box’s own word, and what is typed instead counts', () => {
    const chosen: Sought = { ...NOTHING, q: 'pie', has: 'voice' }
    expect(toAsk(chosen, [], []).q).toBe('pie has:voice')
    expect([isSought({ ...NOTHING, has: 'link' }), narrowing(chosen)]).toEqual([true, 1])
    expect(typing(chosen, 'pie has:图片')).toMatchObject({ q: 'pie has:图片', has: '' })
    expect(choosing({ ...NOTHING, q: 'pie has:图片' }, 'has', 'file')).toMatchObject({
      q: 'pie',
      has: 'file',
    })
  })

  it('is asked for by id, also where several have the name', () => {
    expect(toAsk({ ...NOTHING, q: 'pie', from: 2, room: 9 }, people, rooms)).toMatchObject({
      q: 'pie',
      from_id: 2,
      room_id: 9,
    })
    expect(toAsk({ ...NOTHING, q: 'pie in:kitchen' }, people, rooms)).toMatchObject({
      q: 'pie in:kitchen',
      room_id: undefined,
    })
  })

  it('has days of this place, the last one included', () => {
    const { after_at, before_at } = toAsk({ ...NOTHING, after: '2026-11-01', until: '2026-11-20' }, [], [])
    expect(new Date(after_at!)).toEqual(new Date(2026, 10, 1))
    expect(new Date(before_at!)).toEqual(new Date(2026, 10, 21))
  })

  it('takes the place of an operator, and an operator takes its place', () => {
    const typed = typing(NOTHING, 'pie from:Ada before:2026-11-20')
    expect(choosing(typed, 'from', 2)).toEqual({ ...NOTHING, q: 'pie before:2026-11-20', from: 2 })
    expect(choosing(typed, 'until', '')).toEqual({ ...NOTHING, q: 'pie from:Ada' })
    const chosen = { ...NOTHING, q: 'pie', from: 2, room: 7 }
    expect(typing(chosen, 'pie from:Ada')).toEqual({ ...NOTHING, q: 'pie from:Ada', room: 7 })
    expect(typing(chosen, 'pie from:')).toEqual({ ...chosen, q: 'pie from:' })
  })

  it('is counted once, chosen or typed, and can be let go of', () => {
    const sought = { ...NOTHING, q: 'pie from:Ada', room: 7 }
    expect([narrowing(sought), narrowing(NOTHING)]).toEqual([2, 0])
    expect(unnarrowed(sought)).toEqual({ ...NOTHING, q: 'pie' })
  })

  it('is enough to search for', () => {
    expect([isSought({ ...NOTHING, from: 2 }), isSought({ ...NOTHING, q: ' ' }), isSought(NOTHING)]).toEqual([
      true,
      false,
      false,
    ])
  })
})
