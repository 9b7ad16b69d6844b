import { describe, expect, it } from 'vitest'
import { fold } from './fold'
import examples from './foldExamples.json'

describe('fold', () => {
  it.each(examples as [string, string][])('folds %s as the box does', (text, folded) => {
    expect(fold(text)).toBe(folded)
  })

  it('finds names with or without what makes no difference', () => {
    for (const [one, other] of [
      ['Łukasz', 'lukasz'],
      ['Søren', 'SOREN'],
      ['مُحَمَّد', 'محمد'],
      ['שָׁלוֹם', 'שלום'],
      ['Ｚｏë', 'zoe'],
    ] as const) {
      expect(fold(one)).toBe(fold(other))
    }
    expect(fold('か')).not.toBe(fold('が'))
  })
})
