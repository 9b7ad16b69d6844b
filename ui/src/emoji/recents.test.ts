import { expect, test } from 'vitest'
import { RECENT_MAX, readKept, withUsed } from './recents'

test('what_was_used_last_stands_first_and_once', () => {
  expect(withUsed(['😀', '🎉'], '❤️')).toEqual(['❤️', '😀', '🎉'])
  expect(withUsed(['😀', '🎉', '❤️'], '❤️')).toEqual(['❤️', '😀', '🎉'])
  expect(withUsed(['😀', '👍🏽'], '👍')).toEqual(['👍', '😀'])
})

test('only_so_many_are_kept', () => {
  const many = Array.from({ length: 100 }, (_, at) => String.fromCodePoint(0x1f300 + at))
  const recent = many.reduce<string[]>((all, one) => withUsed(all, one), [])
  expect(recent.length).toBe(RECENT_MAX)
  expect(recent[0]).toBe(many.at(-1))
})

test('what_lies_on_a_device_may_be_anything', () => {
  const none = { recent: [], tone: 0 }
  for (const kept of [null, 1, 'x', [], {}, { recent: 'x', tone: 'x' }, { recent: {}, tone: 6 }])
    expect(readKept(kept)).toEqual(none)
  expect(readKept({ recent: ['😀', 3, 'word', '😀'.repeat(99)], tone: 5 })).toEqual({
    recent: ['😀'],
    tone: 5,
  })
})
