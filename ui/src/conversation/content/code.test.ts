import { describe, expect, test } from 'vitest'
import { codeOf } from './code'

/** The text with what is code in brackets: `[span]`, `{block}`. */
function marked(text: string): string {
  let drawn = ''
  let at = 0
  for (const { start, end, from, to, block } of codeOf(text)) {
    const code = text.slice(from, to)
    drawn += text.slice(at, start) + (block ? `{${code}}` : `[${code}]`)
    at = end
  }
  return drawn + text.slice(at)
}

describe('spans', () => {
  test.each([
    ['run `ls -l` now', 'run [ls -l] now'],
    ['`a` and `b`', '[a] and [b]'],
    ['运行`ls`命令', '运行[ls]命令'],
    ['use ``a ` b``', 'use [a ` b]'],
    ['`` `a` ``', '[`a`]'],
    ['two `foo`s', 'two [foo]s'],
    ['(`x`)', '([x])'],
  ])('%s', (text, drawn) => expect(marked(text)).toBe(drawn))

  test.each([
    'one ` alone',
    'two `` alone',
    '`never closed',
    'closed`',
    '`over\nlines`',
    '` `',
    '``',
    '``a`',
    'don`t and can`t',
    'a`b`c',
    '5`6`',
  ])('%s_stays_as_typed', (text) => expect(marked(text)).toBe(text))
})

describe('blocks', () => {
  test.each([
    ['```\na\n  b\n```', '{a\n  b}'],
    ['see:\n```\na\n```\nthanks', 'see:{a}thanks'],
    ['```js\nlet a\n```', '{let a}'],
    ['```c++  \nint a;\n```', '{int a;}'],
    ['```one line```', '{one line}'],
    ['so: ```one line``` ok', 'so: {one line} ok'],
    ['```foo\nbar```', '{foo\nbar}'],
    ['say ```foo\nbar\n```', 'say {foo\nbar}'],
    ['```\n\n  a\n\n```', '{\n  a\n}'],
    ['````\na ` b\n````', '{a ` b}'],
    ['```\n`a` https://example.com\n```', '{`a` https://example.com}'],
    ['```\na\n```\n```\nb\n```', '{a}{b}'],
    ['  ```\n  a\n  ```', '  {  a}'],
    ['`a` ```b``` `c`', '[a] {b} [c]'],
  ])('%s', (text, drawn) => expect(marked(text)).toBe(drawn))

  test.each(['```', '``````', '``` ```', '```\n\n```', '```\na', 'a\n```', '```js\n```'])(
    '%s_stays_as_typed',
    (text) => expect(marked(text)).toBe(text),
  )

  test('what_nothing_closes_hides_no_span', () => {
    expect(marked('``` and `b`')).toBe('``` and [b]')
  })
})

test('what_is_code_lies_within_the_text_and_in_order', () => {
  let seed = 3
  const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below
  const pieces = ['`', '``', '```', '````', 'a', ' ', '\n', '  ', 'js', '树']
  for (let round = 0; round < 3_000; round++) {
    const text = Array.from({ length: next(12) }, () => pieces[next(pieces.length)]).join('')
    let before = 0
    for (const { start, end, from, to } of codeOf(text)) {
      const inOrder = before <= start && start < from && from < to && to < end && end <= text.length
      expect(inOrder, JSON.stringify(text)).toBe(true)
      expect(text.slice(from, to).trim(), JSON.stringify(text)).not.toBe('')
      before = end
    }
  }
})

test.each(['`', '` ', '`a', '`` ` ', '```', '``` ', '```a', 'a`', '`\n', '```\n', '` `` ', '```\n\t '])(
  'a_long_text_of_%j_is_read_once',
  (piece) => {
    // 200,000 characters squared would outlast the test's time.
    codeOf(piece.repeat(200_000 / piece.length))
    codeOf(`${'`'.repeat(3)}${' '.repeat(200_000)}x`)
  },
)
