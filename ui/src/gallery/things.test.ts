import { expect, test } from 'vitest'
import { file, film, picture, sound, voice } from '../core/testing/attachments'
import { message } from '../core/testing/box'
import { thingsOf } from './things'

const OWN = 'ship.local'
const rows = [
  message({ id: 1, body: '', attachments: [picture(), file(), film()] }),
  message({ id: 2, body: 'see https://a.example/x and www.b.example, or https://a.example/x' }),
  message({ id: 3, body: 'to ada@example.com', attachments: [voice(), sound()] }),
  message({ id: 4, body: 'https://gone.example', deleted: true, attachments: [picture()] }),
  message({ id: 5, body: '', attachments: [picture(), picture()] }),
]
const keys = (gallery: Parameters<typeof thingsOf>[1]) =>
  thingsOf(rows, gallery, OWN).map(({ key, href }) => (href ? `${key} ${href}` : key))

test('each gallery has its kinds, the newest message first and what it brings in its order', () => {
  expect(keys('pictures')).toEqual(['5 0', '5 1', '1 0', '1 2'])
  expect(keys('sounds')).toEqual(['3 0', '3 1'])
  expect(keys('files')).toEqual(['1 1'])
})

test('a page is there once for each message, and an address of mail is none', () => {
  expect(keys('links')).toEqual(['2 0 https://a.example/x', '2 1 https://www.b.example'])
})
