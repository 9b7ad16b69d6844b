import { describe, expect, it } from 'vitest'
import { excerpt, type Mark, pieces } from './marks'

const shown = (body: string, marks: readonly Mark[]) =>
  pieces(body, marks)
    .map(({ text, marked }) => (marked ? `[${text}]` : text))
    .join('')

describe('pieces', () => {
  it('marks what was found', () => {
    expect(shown('Hello porch', [[6, 11]])).toBe('Hello [porch]')
    expect(
      shown('Hello porch', [
        [0, 5],
        [6, 11],
      ]),
    ).toBe('[Hello] [porch]')
  })

  it('joins marks that overlap or touch, in any order', () => {
    expect(
      shown('abcdef', [
        [2, 4],
        [0, 3],
      ]),
    ).toBe('[abcd]ef')
    expect(
      shown('abcdef', [
        [0, 2],
        [2, 4],
      ]),
    ).toBe('[abcd]ef')
  })

  it('survives marks that lie outside or are empty', () => {
    expect(
      shown('abc', [
        [-5, 1],
        [2, 99],
        [1, 1],
        [7, 9],
      ]),
    ).toBe('[a]b[c]')
  })

  it('loses no character', () => {
    expect(shown('a\n<b>😀', [])).toBe('a\n<b>😀')
    expect(pieces('', [])).toEqual([])
  })
})

describe('excerpt', () => {
  const long = `${'word '.repeat(100)}needle ${'more '.repeat(100)}`
  const at = long.indexOf('needle')

  it('leaves a short body whole', () => {
    expect(excerpt('short', [[0, 5]])).toEqual([{ text: 'short', marked: true }])
  })

  it('shows what surrounds the first mark', () => {
    const cut = excerpt(long, [[at, at + 6]])
    expect(cut.find((piece) => piece.marked)?.text).toBe('needle')
    expect(cut[0]?.text).toBe('…')
    expect(cut[1]?.text.startsWith('word')).toBe(true)
    expect(cut.at(-1)?.text).toBe('…')
    expect(cut.map((piece) => piece.text).join('').length).toBeLessThan(240)
  })

  it('begins at the start when there is nothing to show before', () => {
    expect(excerpt(long, [])[0]?.text.startsWith('word')).toBe(true)
  })

  it('does not cut a character in two', () => {
    const faces = '😀'.repeat(400)
    const text = excerpt(faces, [[401, 402]])
      .map((piece) => piece.text)
      .join('')
    expect(text.isWellFormed?.() ?? true).toBe(true)
  })
})
