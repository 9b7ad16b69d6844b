import { expect, test } from 'vitest'
import { moves } from './pictureBytes'

const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0))

test('pictures_that_move_are_known_by_their_first_bytes', () => {
  expect(moves(bytes('GIF89a'))).toBe(true)
  expect(moves(bytes('\x89PNG\r\n\x1a\n....IHDR....acTL....IDAT'))).toBe(true)
  expect(moves(bytes('RIFF....WEBPVP8X\x0a\0\0\0\x02'))).toBe(true)
  expect(moves(bytes('....ftypavis'))).toBe(true)
})

test('and_so_are_those_that_stand_still', () => {
  expect(moves(bytes('\xff\xd8\xff\xe1'))).toBe(false)
  expect(moves(bytes('\x89PNG\r\n\x1a\n....IHDR....IDAT....acTL'))).toBe(false)
  expect(moves(bytes('RIFF....WEBPVP8X\x0a\0\0\0\x10'))).toBe(false)
  expect(moves(bytes('RIFF....WEBPVP8 ....'))).toBe(false)
  expect(moves(bytes('....ftypavif'))).toBe(false)
  expect(moves(bytes(''))).toBe(false)
})
