import { describe, expect, test } from 'vitest'
import { file, film, picture, sound, voice } from '../../core/testing/attachments'
import { EDGE, frameOf, GAP, tileOf } from './frame'
import { albumRows, isCropped, isSmall, sourcesOf } from './pictures'
import { groupsOf } from './placed'

const facts = (width: number, height: number) => ({ width, height, color: null, moves: false })

describe('one picture', () => {
  test.each([
    [4_000, 3_000, 320, 240],
    [3_000, 4_000, 240, 320],
    [200, 150, 200, 150],
    [8_000, 500, 320, 120],
    [500, 8_000, 120, 320],
    [16, 16, 120, 120],
  ])('of %d by %d takes %d by %d', (width, height, shownWidth, shownHeight) => {
    expect(tileOf(facts(width, height))).toEqual({ width: shownWidth, height: shownHeight })
    expect(frameOf([picture({ width, height })])).toEqual({
      width: shownWidth,
      height: shownHeight,
      lines: 0,
    })
  })

  test('says that there is more of it where a good part is not seen', () => {
    expect(isCropped(facts(8_000, 500))).toBe(true)
    expect(isCropped(facts(500, 8_000))).toBe(true)
    expect(isCropped(facts(4_000, 3_000))).toBe(false)
    expect(isCropped(facts(16, 16))).toBe(false)
  })

  test('that is smaller than its tile is not enlarged', () => {
    expect(isSmall(facts(16, 16), { width: 120, height: 120 })).toBe(true)
    expect(isSmall(facts(16, 400), { width: 120, height: 320 })).toBe(false)
  })
})

describe('an album', () => {
  test.each([
    [2, [2], 160],
    [3, [1, 2], 320],
    [4, [2, 2], 320],
    [5, [2, 3], 213.3],
    [6, [3, 3], 213.3],
    [7, [2, 2, 3], 320],
    [8, [2, 3, 3], 320],
    [9, [3, 3, 3], 320],
    [10, [2, 2, 3, 3], 426.7],
  ])('of %d has rows of %j', (count, rows, height) => {
    const laid = albumRows(count)
    expect(laid.map((row) => row.count)).toEqual(rows)
    expect(laid.map((row) => row.from)).toEqual(
      rows.map((_, at) => rows.slice(0, at).reduce((a, b) => a + b, 0)),
    )
    expect(laid.reduce((sum, row) => sum + row.cell.height, 0)).toBeCloseTo(height, 1)
    const frame = frameOf(Array.from({ length: count }, () => picture()))
    expect(frame.height).toBeCloseTo(height + GAP, 1)
    expect(frame.width).toBe(EDGE)
  })

  test('is as wide with one cell in a row as with three', () => {
    for (const { count, cell } of albumRows(7)) expect(cell.width * count).toBe(EDGE)
  })
})

test('what is beside pictures has its own room', () => {
  expect(frameOf([film()])).toEqual({ width: EDGE, height: 184, lines: 0 })
  expect(frameOf([file()])).toEqual({ width: EDGE, height: 0, lines: 1 })
  expect(frameOf([voice()])).toEqual({ width: EDGE, height: 0, lines: 1 })
  const many = [file(), picture({ width: 100, height: 200 }), film(), sound(), film()]
  expect(frameOf(many)).toEqual({ width: EDGE, height: 200 + GAP + 2 * 184, lines: 2 })
  const apart = [
    picture({ width: 100, height: 200 }),
    file(),
    picture({ width: 100, height: 200 }),
    picture(),
  ]
  expect(frameOf(apart)).toEqual({ width: EDGE, height: 200 + GAP + (160 + GAP), lines: 1 })
  expect(frameOf([])).toEqual({ width: EDGE, height: 0, lines: 0 })
})

test('what was sent stands in its order, and pictures that follow each other together', () => {
  const groups = groupsOf([picture(), picture(), file(), picture(), film(), voice(), picture(), picture()])
  const places = groups.map((group) =>
    'pictures' in group ? group.pictures.map(({ place }) => place) : group.other.place,
  )
  expect(places).toEqual([[0, 1], 2, [3], 4, 5, [6, 7]])
  expect(groupsOf([])).toEqual([])
})

describe('the preview that is loaded', () => {
  const pathOf = (edge: number) => `/${edge}`

  test('is told by its pixels from left to right', () => {
    expect(sourcesOf(facts(4_000, 3_000), { width: 320, height: 240 }, pathOf)).toEqual({
      src: '/320',
      srcset: '/320 320w, /1280 1280w',
      sizes: '320px',
    })
    expect(sourcesOf(facts(3_000, 4_000), { width: 240, height: 320 }, pathOf)).toMatchObject({
      srcset: '/320 240w, /1280 960w',
      sizes: '240px',
    })
  })

  test('covers its cell', () => {
    expect(sourcesOf(facts(4_000, 2_000), { width: 107, height: 107 }, pathOf).sizes).toBe('214px')
    expect(sourcesOf(facts(4_000, 2_000), { width: 320, height: 107 }, pathOf).sizes).toBe('320px')
  })

  test('is the same for a picture that is small itself', () => {
    expect(sourcesOf(facts(200, 100), { width: 200, height: 120 }, pathOf).srcset).toBeUndefined()
  })
})
