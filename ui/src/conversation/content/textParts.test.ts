import { expect, test } from 'vitest'
import { beginningEnd } from './beginning'
import { partsOf, partsUntil } from './textParts'

const OWN = 'porch.local'

test('a_text_is_cut_into_words_links_and_code', () => {
  expect(partsOf('看 example.com，run `ls`:\n```\nls a.com\n```\nok', OWN)).toEqual([
    { kind: 'text', at: 0, text: '看 ' },
    { kind: 'link', at: 2, text: 'example.com', href: 'https://example.com' },
    { kind: 'text', at: 13, text: '，run ' },
    { kind: 'code', at: 19, text: 'ls' },
    { kind: 'text', at: 22, text: ':' },
    { kind: 'block', at: 28, text: 'ls a.com' },
    { kind: 'text', at: 41, text: 'ok' },
  ])
  expect(partsOf('', OWN)).toEqual([])
  expect(partsOf('a\nb', OWN)).toEqual([{ kind: 'text', at: 0, text: 'a\nb' }])
})

test('there_are_no_links_in_code', () => {
  const kinds = (text: string) => partsOf(text, OWN).map(({ kind }) => kind)
  expect(kinds('`https://example.com`')).toEqual(['code'])
  expect(kinds('```\nhttps://example.com\n```')).toEqual(['block'])
  expect(kinds('`https://example.com')).toEqual(['text', 'link'])
})

test('markup_stays_text', () => {
  const text = '<img src=x onerror=alert(1)> &amp; <b>'
  expect(partsOf(text, OWN)).toEqual([{ kind: 'text', at: 0, text }])
})

test('parts_are_known_by_where_they_begin', () => {
  const parts = partsOf('`a``b` `c` x.com y.com ```d``` ```e```'.repeat(9), OWN)
  expect(new Set(parts.map(({ at }) => at)).size).toBe(parts.length)
})

test('a_link_that_is_cut_leads_where_it_led', () => {
  const parts = partsOf('see https://example.com/abc and more', OWN)
  expect(partsUntil(parts, 16)).toEqual([
    { kind: 'text', at: 0, text: 'see ' },
    { kind: 'link', at: 4, text: 'https://exam…', href: 'https://example.com/abc' },
  ])
  expect(partsUntil(parts, 36)).toEqual(parts)
})

test('a_block_that_is_cut_is_still_one', () => {
  const text = `\`\`\`\n${'line\n'.repeat(30)}\`\`\``
  const shown = partsUntil(partsOf(text, OWN), beginningEnd(text))
  expect(shown).toEqual([{ kind: 'block', at: 4, text: 'line\n'.repeat(9).trimEnd() }])
})
