import { expect, test } from 'vitest'
import { grace } from '../core/testing/box'
import { distinct, toldApart } from './named'
import { asked } from './query'

const NOW = 1_790_000_000_000
const guest = (id: number, ends_at: number | null) => ({ ...grace, id, name: 'Bo', ends_at })
const called = (...people: (typeof grace)[]) => distinct(people, NOW, ({ name }) => `${name} (gone)`)

test('a_guest_who_came_back_and_the_one_who_has_gone_are_called_differently', () => {
  expect(called(guest(3, NOW - 2), guest(9, NOW + 1), guest(5, NOW - 1))).toEqual([
    { id: 9, name: 'Bo' },
    { id: 3, name: 'Bo (gone)' },
    { id: 5, name: 'Bo (gone) 2' },
  ])
})

test('each_of_them_is_found_by_their_own_id', () => {
  const people = called(guest(3, NOW - 2), guest(5, NOW - 1), guest(9, null))
  for (const { id, name } of people)
    expect(asked(`pie from:"${name}"`, people, [])).toMatchObject({ q: 'pie', from_id: id })
})

test('whoever_is_alone_with_a_name_keeps_it', () => {
  expect(called(guest(9, null))).toEqual([{ id: 9, name: 'Bo' }])
})

test('the_room_for_everybody_is_found_by_what_the_page_calls_it', () => {
  const rooms = [
    { id: 1, name: '所有人' },
    { id: 2, name: '厨房' },
  ]
  expect(asked('派 in:所有人', [], rooms)).toMatchObject({ q: '派', room_id: 1 })
  expect(asked('pie in:everybody', [], [{ id: 1, name: 'Everybody' }])).toMatchObject({ room_id: 1 })
})

test('rooms_of_one_name_are_told_apart_and_others_keep_theirs', () => {
  const rooms = [
    { id: 7, name: 'kitchen' },
    { id: 2, name: 'Kitchen' },
    { id: 3, name: 'Attic' },
    { id: 9, name: 'Kitchen' },
  ]
  expect(toldApart(rooms, ({ id, name }) => `${name} (${id === 2 ? 3 : 1})`)).toEqual([
    { id: 2, name: 'Kitchen (3)' },
    { id: 3, name: 'Attic' },
    { id: 7, name: 'kitchen (1)' },
    { id: 9, name: 'Kitchen (1) 2' },
  ])
})
