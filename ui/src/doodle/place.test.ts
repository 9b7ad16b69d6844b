import { expect, test } from 'vitest'
import { WHOLE } from '../parts/zoom'
import { kept, onDrawing, onStage } from './place'

const size = { width: 2_000, height: 1_000 }
const fit = { width: 400, height: 200 }

test('the_corners_of_what_is_seen_are_those_of_the_drawing', () => {
  expect(onDrawing({ x: -200, y: -100 }, WHOLE, fit, size)).toEqual({ x: 0, y: 0 })
  expect(onDrawing({ x: 200, y: 100 }, WHOLE, fit, size)).toEqual({ x: 2_000, y: 1_000 })
})

test('enlarged_and_moved_a_point_is_found_again', () => {
  const view = { scale: 4, x: 130, y: -55 }
  const there = onDrawing({ x: 17, y: -31 }, view, fit, size)
  const back = onStage(there, view, fit, size)
  expect(back.x).toBeCloseTo(17)
  expect(back.y).toBeCloseTo(-31)
  expect(onDrawing({ x: view.x, y: view.y }, view, fit, size)).toEqual({ x: 1_000, y: 500 })
})

test('a_point_beside_the_drawing_is_kept_on_it', () => {
  expect(kept({ x: -5, y: 1_200 }, size)).toEqual({ x: 0, y: 1_000 })
})
