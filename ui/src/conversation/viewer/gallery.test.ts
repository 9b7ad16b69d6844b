import { expect, test } from 'vitest'
import { file, picture } from '../../core/testing/attachments'
import { message } from '../../core/testing/box'
import { picturesIn, placeOf } from './gallery'

const rows = [
  message({ id: 1, attachments: [picture()] }),
  message({ id: 2 }),
  message({ id: 3, attachments: [file(), picture(), picture()] }),
  message({ id: 4, deleted: true, attachments: [picture()] }),
  message({ id: 5, attachments: [picture()] }),
]
const brief = picturesIn(rows).map(({ message, picture }) => `${message.id}.${picture.place}`)
const at = (id: number, place: number) => placeOf(picturesIn(rows), { message: { id }, picture: { place } })

test('the pictures of a room come in its order, each by its place in the message', () => {
  expect(brief).toEqual(['1.0', '3.1', '3.2', '5.0'])
})

test('a picture is found again', () => {
  expect(at(3, 2)).toBe(2)
})

test('in the place of one that is gone is the next, or the last', () => {
  expect(at(4, 0)).toBe(3)
  expect(at(6, 0)).toBe(3)
  expect(placeOf([], { message: { id: 1 }, picture: { place: 0 } })).toBe(-1)
})
