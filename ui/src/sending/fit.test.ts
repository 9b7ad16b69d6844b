import { expect, test } from 'vitest'
import { EDGE_PX_MAX, fitted, isWorthIt, nameAs } from './fit'

test('a_picture_keeps_its_shape_and_is_never_made_larger', () => {
  expect(fitted({ width: 8_000, height: 6_000 }, EDGE_PX_MAX)).toEqual({ width: 2_048, height: 1_536 })
  expect(fitted({ width: 6_000, height: 8_000 }, EDGE_PX_MAX)).toEqual({ width: 1_536, height: 2_048 })
  expect(fitted({ width: 640, height: 480 }, EDGE_PX_MAX)).toEqual({ width: 640, height: 480 })
  expect(fitted({ width: 90_000, height: 10 }, EDGE_PX_MAX)).toEqual({ width: 2_048, height: 1 })
})

test('photographs_and_what_is_large_are_drawn_anew_and_small_drawings_are_not', () => {
  const small = { width: 640, height: 480 }
  expect(isWorthIt({ type: 'image/jpeg', size: 9_000 }, small)).toBe(true)
  expect(isWorthIt({ type: 'image/png', size: 9_000 }, small)).toBe(false)
  expect(isWorthIt({ type: 'image/png', size: 900_000 }, small)).toBe(true)
  expect(isWorthIt({ type: 'image/png', size: 9_000 }, { width: 9_000, height: 1 })).toBe(true)
})

test('a_name_says_what_the_file_has_become', () => {
  expect(nameAs('IMG_1.HEIC', 'image/jpeg')).toBe('IMG_1.jpg')
  expect(nameAs('雪.png', 'image/jpeg')).toBe('雪.jpg')
  expect(nameAs('a.b.JPEG', 'image/jpeg')).toBe('a.b.JPEG')
  expect(nameAs('', 'image/webp')).toBe('picture.webp')
  expect(nameAs('v1.2 of a longer thing', 'image/png')).toBe('v1.2 of a longer thing.png')
  expect(nameAs('clip.mov', 'video/mp4')).toBe('clip.mov')
})
