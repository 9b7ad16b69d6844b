import { expect, test } from 'vitest'
import { isBranch, type Part, treeOf } from './formatting'
import { withMentions } from './mentioned'

const PEOPLE = [
  { name: 'Ada', user: 1 },
  { name: 'Ada Lovelace', user: 2 },
  { name: '小明', user: 3 },
  { name: 'all' },
]

/** What calls somebody, each with whom. */
function called(text: string, mentions = PEOPLE): string[] {
  const within = (part: Part): string[] => {
    if (isBranch(part)) return part.inside.flatMap(within)
    return part.kind === 'mention' ? [`${text.slice(part.from, part.to)}=${part.user}`] : []
  }
  return withMentions(text, treeOf(text, 'porch.local'), mentions).flatMap(within)
}

/** The text as it is drawn. */
function drawn(text: string): string {
  const within = (part: Part): string =>
    isBranch(part) ? part.inside.map(within).join('') : text.slice(part.from, part.to)
  return withMentions(text, treeOf(text, 'porch.local'), PEOPLE).map(within).join('')
}

test.each([
  ['@Ada', ['@Ada=1']],
  ['@Ada Lovelace, @Ada', ['@Ada Lovelace=2', '@Ada=1']],
  ['**@Ada** and > @all', ['@Ada=1', '@all=null']],
  ['> quoted @Ada', ['@Ada=1']],
  ['- @Ada\n- @小明你好', ['@Ada=1', '@小明=3']],
  ['请＠小明看', ['＠小明=3']],
  ['@Adam and me@Ada', []],
  ['`@Ada` ```\n@Ada\n```', []],
  ['https://example.com/@Ada', []],
  ['@ada', []],
  ['❤️@Ada 안녕@Ada', ['@Ada=1', '@Ada=1']],
  ['@Ada\u200dx @Ada\u0301', []],
])('%s', (text, want) => {
  expect(called(text)).toEqual(want)
  expect(drawn(text)).toBe(
    treeOf(text, 'porch.local')
      .map(function within(part: Part): string {
        return isBranch(part) ? part.inside.map(within).join('') : text.slice(part.from, part.to)
      })
      .join(''),
  )
})

test('a_text_that_calls_nobody_keeps_its_tree', () => {
  const tree = treeOf('@Ada', 'porch.local')
  expect(withMentions('@Ada', tree, [])).toBe(tree)
})
