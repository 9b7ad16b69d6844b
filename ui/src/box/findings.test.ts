import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { chooseLanguage } from '../i18n'
import { zhFindings } from '../i18n/zhFindings'
import type { Checked } from '../protocol'
import { fillPlaces, findingWords, reportText } from './findings'

vi.stubGlobal('document', { documentElement: {} })

const taken: Checked = {
  check: 'name',
  level: 'warning',
  finding: 'name_taken',
  values: { name: 'porch.local', alias: '', by: '192.168.1.7' },
  says: 'Another device is called porch.local.',
  advice: 'Rename one of them.',
}

describe('a finding', () => {
  it('is told in the box’s own words in English', () => {
    expect(findingWords(taken)).toEqual({ says: taken.says, advice: taken.advice })
  })

  it('is told in Chinese where Chinese is read, and in English where nobody translated it yet', async () => {
    await chooseLanguage('zh')
    expect(findingWords(taken).says).toContain('另一台设备也叫porch.local，地址：192.168.1.7')
    expect(findingWords({ ...taken, finding: 'of_a_later_version' as Checked['finding'] }).says).toBe(
      taken.says,
    )
    await chooseLanguage('en')
  })

  it('puts values in their places, and words where a value is not known', () => {
    expect(fillPlaces('{name} at {by|an unknown address}', { name: 'porch.local', by: '' })).toBe(
      'porch.local at an unknown address',
    )
    expect(fillPlaces('{off_s:span} behind', { off_s: '-7200' })).toBe('2 hours behind')
    const sizes = ['0', '999', '77649', '2050000'].map((free_mb) => fillPlaces('{free_mb:size}', { free_mb }))
    expect(sizes).toEqual(['0 MB', '999 MB', '77.6 GB', '2.1 TB'])
  })

  it('is a line of the report, with the advice below it', () => {
    expect(
      reportText('porch', [
        ['ok', { says: 'Fine.', advice: '' }],
        ['problem', { says: 'Bad.', advice: 'Do.' }],
      ]),
    ).toBe('porch\n[ok] Fine.\n[problem] Bad.\n    Do.')
  })
})

it('chinese_has_a_place_for_each_value_that_the_protocol_names', () => {
  const protocol = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8')
  const places = (text: string) => new Set([...text.matchAll(/\{(\w+)/g)].map(([, name]) => name))
  for (const [finding, sentences] of Object.entries(zhFindings)) {
    const row = protocol.match(
      new RegExp(`^\\| \`${finding}\` \\| [^|]+\\| (?:ok|warning|problem) \\|([^|]*)\\|`, 'm'),
    )
    const named = new Set([...(row?.[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name))
    expect([finding, [...places(sentences.join())].sort()]).toEqual([finding, [...named].sort()])
  }
})

it('every_chinese_sentence_ends_as_one', () => {
  for (const [finding, [says, advice]] of Object.entries(zhFindings)) {
    expect([finding, says.endsWith('。')]).toEqual([finding, true])
    if (advice !== '') expect([finding, advice.endsWith('。')]).toEqual([finding, true])
  }
})
