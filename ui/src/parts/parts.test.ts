import { describe, expect, it } from 'vitest'
import { avatarHue, avatarLetter, pictureSize } from './avatar'
import { bestMatches, matchRank } from './match'
import { placeMenu } from './menu-place'

describe('avatars', () => {
  it('show the first character as people see it', () => {
    expect(avatarLetter('ada')).toBe('A')
    expect(avatarLetter(' 王小明')).toBe('王')
    expect(avatarLetter('👩‍🚀 Sally')).toBe('👩‍🚀')
    expect(avatarLetter('')).toBe('?')
  })

  it('keep neighbours’ colours apart', () => {
    for (let id = 1; id < 50; id++) {
      const apart = Math.abs(avatarHue(id) - avatarHue(id + 1))
      expect(Math.min(apart, 360 - apart)).toBeGreaterThan(90)
    }
  })

  it('load no larger picture than the screen shows', () => {
    expect(pictureSize(32, 1)).toBe(32)
    expect(pictureSize(40, 2)).toBe(96)
    expect(pictureSize(96, 2)).toBe(256)
  })
})

describe('finding names', () => {
  it('does not mind case, accents and width', () => {
    expect(matchRank(' Zoë ', 'zoe')).toBe(3)
    expect(matchRank('Łukasz', 'luk')).toBe(3)
    expect(matchRank('Ａda', 'ada')).toBe(3)
  })

  it('puts beginnings first, then words, then the rest', () => {
    const names = ['Savannah', 'Joe Van', 'Vanessa', 'Bob']
    expect(bestMatches(names, (name) => name, 'van')).toEqual(['Vanessa', 'Joe Van', 'Savannah'])
  })

  it('finds nothing where nothing fits, and everything where nothing is asked', () => {
    expect(bestMatches(['Ada'], (name) => name, 'x')).toEqual([])
    expect(bestMatches(['Ada'], (name) => name, ' ')).toEqual(['Ada'])
  })
})

describe('placeMenu', () => {
  const menu = { width: 200, height: 300 }
  const room = { width: 360, height: 640, rtl: false }

  it('goes below its button, ends in line', () => {
    const button = { left: 300, right: 344, top: 10, bottom: 54 }
    expect(placeMenu(button, menu, room)).toEqual({ left: 144, top: 58 })
  })

  it('goes above where there is no room below', () => {
    const button = { left: 300, right: 344, top: 500, bottom: 544 }
    expect(placeMenu(button, menu, room).top).toBe(196)
  })

  it('starts at a point and stays in the window', () => {
    expect(placeMenu({ x: 20, y: 30 }, menu, room)).toEqual({ left: 20, top: 30 })
    expect(placeMenu({ x: 355, y: 630 }, menu, room)).toEqual({ left: 152, top: 322 })
  })

  it('is mirrored in right-to-left writing', () => {
    const button = { left: 16, right: 60, top: 10, bottom: 54 }
    expect(placeMenu(button, menu, { ...room, rtl: true }).left).toBe(16)
    expect(placeMenu({ x: 300, y: 30 }, menu, { ...room, rtl: true }).left).toBe(100)
  })
})
