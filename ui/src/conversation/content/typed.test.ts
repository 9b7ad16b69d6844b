import { describe, expect, test } from 'vitest'
import { treeOf, treeUntil } from './formatting'
import { drawnOf, piecesOf, placeOf, typedBetween } from './typed'

/** What is had of a text of which what stands between two bars was selected, as it is drawn. */
function copied(text: string, selected: string): string {
  const tree = treeOf(text, '')
  const pieces = [...piecesOf(tree)]
  const drawn = pieces.map((piece) => drawnOf(text, piece)).join('')
  const begin = drawn.indexOf(selected)
  expect(begin).toBeGreaterThanOrEqual(0)
  let [at, from, to] = [0, -1, -1]
  for (const piece of pieces) {
    const { length } = drawnOf(text, piece)
    const [first, last] = [Math.max(begin, at), Math.min(begin + selected.length, at + length)]
    if (first < last) {
      if (from < 0) from = placeOf(text, piece, first - at)
      to = placeOf(text, piece, last - at)
    }
    at += length
  }
  return typedBetween(text, tree, from, to)
}

describe('what_is_selected_is_copied_as_it_was_typed', () => {
  test.each([
    ['a *b* c', 'a b c', 'a *b* c'],
    ['a *b* c', 'b c', '*b* c'],
    ['a *b* c', 'b', '*b*'],
    ['a *bold* c', 'ol', 'ol'],
    ['a *bold* c', 'a bo', 'a bo'],
    ['a *bold* c', 'old c', 'old c'],
    ['*a _b_ c*', 'a b c', '*a _b_ c*'],
    ['*a _b_ c*', 'b c', '_b_ c'],
    ['***a b***', 'a b', '***a b***'],
    ['see https://example.com/a_b now', 'com/a_b now', 'com/a_b now'],
    ['run `ls -l` now', 'run ls -l now', 'run `ls -l` now'],
    ['run `ls -l` now', 'ls -l', 'ls -l'],
    ['run `ls -l` now', '-l now', '-l now'],
    ['`ls`', 'ls', 'ls'],
    ['```js\nlet a\nlet b\n```', 'let b', 'let b'],
    ['so\n```js\nlet a\n```\nok', 'solet aok', 'so\n```js\nlet a\n```\nok'],
    ['> a\n> b\nc', 'a\nbc', '> a\n> b\nc'],
    ['> a1\n> b2\n> c3', '1\nb2\nc', '1\n> b2\n> c'],
    ['so:\n- *a*\n- b\nok', 'so:abok', 'so:\n- *a*\n- b\nok'],
    ['- a\n- bc\n- d', 'ab', '- a\nb'],
    ['- a\n- bc\n- d', 'bcd', '- bc\n- d'],
    ['1. a\n2. b\n3. c', 'bc', '2. b\n3. c'],
    ['- a\n  - b\n- c', 'ab', '- a\n  - b'],
  ])('%j: %j', (text, selected, typed) => {
    expect(copied(text, selected)).toBe(typed)
  })
})

test('of_a_folded_text_no_more_is_copied_than_is_shown', () => {
  const text = '*bold and more* and on'
  const shown = treeUntil(text, treeOf(text, ''), 7)
  expect([...piecesOf(shown)].map((piece) => drawnOf(text, piece))).toEqual(['bold a…'])
  expect(typedBetween(text, shown, 1, 7)).toBe('*bold a')
})

test('a_place_is_found_where_what_is_drawn_is_not_what_was_typed', () => {
  const tower = `a${'\u0301'.repeat(20)}b☺c`
  const [piece] = [...piecesOf(treeOf(tower, ''))]
  const drawn = drawnOf(tower, piece!)
  expect(drawn).toBe(`a${'\u0301'.repeat(8)}b☺\ufe0fc`)
  const before = (sign: string) => tower.slice(0, placeOf(tower, piece!, drawn.indexOf(sign) + sign.length))
  expect(before('b')).toBe(tower.slice(0, -2))
  expect(before('c')).toBe(tower)
  expect(before('a')).toBe('a')
})
