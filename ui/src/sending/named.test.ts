import { expect, test } from 'vitest'
import { inFull, namedAt } from './named'

/** The caret stands at the bar. */
const at = (text: string) => namedAt(text.replace('|', ''), text.indexOf('|'))

test.each([
  ['@|', { from: 0, typed: '' }],
  ['Ask @gr|', { from: 4, typed: 'gr' }],
  ['Ask @gr| again', { from: 4, typed: 'gr' }],
  ['Ask @g|race', { from: 4, typed: 'g' }],
  ['我们问@葛|', { from: 3, typed: '葛' }],
  ['(@Zoë|', { from: 1, typed: 'Zoë' }],
  ['😀@a|', { from: 2, typed: 'a' }],
  ['one\n@a|', { from: 4, typed: 'a' }],
])('a_name_is_typed_in_%s', (text, named) => expect(at(text)).toEqual(named))

test.each(['|@a', 'Ask|', 'ada@bo|', 'a.b@bo|', '1@|', '@grace |', `@${'a'.repeat(50)}|`, '@a\n|'])(
  'nobody_is_named_in_%s',
  (text) => expect(at(text)).toBeNull(),
)

test('a_name_is_followed_by_one_space', () => {
  expect([inFull('Grace 葛', ''), inFull('Grace', ' and'), inFull('Grace', 'and')]).toEqual([
    '@Grace 葛 ',
    '@Grace',
    '@Grace ',
  ])
})
