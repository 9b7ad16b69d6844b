import { describe, expect, it } from 'vitest'
import { moved, squareOf, wholeView, ZOOM_MAX, zoomedTo } from './crop'

const wide = { width: 800, height: 400 }

describe('the crop', () => {
  it('begins with the largest square in the middle', () => {
    expect(squareOf(wide, wholeView(wide))).toEqual({ left: 200, top: 0, edge: 400 })
  })

  it('moves by parts of what is seen', () => {
    expect(squareOf(wide, moved(wide, wholeView(wide), 0.25, 0)).left).toBe(300)
  })

  it('never leaves the picture', () => {
    expect(squareOf(wide, moved(wide, wholeView(wide), 9, 9))).toEqual({ left: 400, top: 0, edge: 400 })
    expect(squareOf(wide, moved(wide, wholeView(wide), -9, -9))).toEqual({ left: 0, top: 0, edge: 400 })
  })

  it('zooms about a point that stays where it is', () => {
    const before = wholeView(wide)
    const after = zoomedTo(wide, before, 2, { x: 0.25, y: 0.75 })
    const a = squareOf(wide, before)
    const b = squareOf(wide, after)
    expect(b.edge).toBe(200)
    expect(b.left + 0.25 * b.edge).toBeCloseTo(a.left + 0.25 * a.edge)
    expect(b.top + 0.75 * b.edge).toBeCloseTo(a.top + 0.75 * a.edge)
  })

  it('zooms neither out of the picture nor without end', () => {
    expect(zoomedTo(wide, wholeView(wide), 0.2).zoom).toBe(1)
    expect(zoomedTo(wide, wholeView(wide), 99).zoom).toBe(ZOOM_MAX)
    const corner = moved(wide, zoomedTo(wide, wholeView(wide), 4), 99, 99)
    const square = squareOf(wide, zoomedTo(wide, corner, 1))
    expect(square.left + square.edge).toBeLessThanOrEqual(wide.width)
    expect(square.top + square.edge).toBeLessThanOrEqual(wide.height)
  })
})
