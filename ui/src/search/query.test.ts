import { describe, expect, it } from 'vitest'
import { isAskable, operatorsIn, shiftDay, withOperator, withoutOperators } from './query'

describe('operatorsIn', () => {
  it('reads plain and quoted values', () => {
    expect(operatorsIn('pie from:Ada in:"Book club" after:2026-11-01')).toEqual({
      from: 'Ada',
      in: 'Book club',
      after: '2026-11-01',
      before: '',
    })
  })

  it('takes no operator from inside a phrase or a word', () => {
    expect(operatorsIn('"mail from:Ada" "x').from).toBe('')
    expect(operatorsIn('http://in:here').in).toBe('')
  })
})

describe('withOperator', () => {
  it('adds, replaces in place and removes', () => {
    expect(withOperator('pie', 'from', 'Ada')).toBe('pie from:Ada')
    expect(withOperator('from:Ada pie', 'from', 'Lin')).toBe('from:Lin pie')
    expect(withOperator('from:Ada pie from:Bob', 'from', '')).toBe('pie')
  })

  it('quotes what has spaces and keeps phrases whole', () => {
    expect(withOperator('"see you"', 'in', 'Book club')).toBe('"see you" in:"Book club"')
  })

  it('gives back what it wrote', () => {
    for (const name of ['Ada', 'Ada Lovelace', '王小明', 'a:b']) {
      expect(operatorsIn(withOperator('x', 'from', name)).from).toBe(name)
    }
  })
})

it('withoutOperators leaves the words', () => {
  expect(withoutOperators('a from:Ada "b c" in:"D e" f')).toBe('a "b c" f')
})

describe('isAskable', () => {
  it('needs a word or an operator with a value', () => {
    expect(isAskable('你')).toBe(true)
    expect(isAskable('from:Ada')).toBe(true)
  })

  it('is false for nothing and for half an operator', () => {
    expect(isAskable('  ')).toBe(false)
    expect(isAskable('from:')).toBe(false)
    expect(isAskable('in:""')).toBe(false)
  })
})

describe('shiftDay', () => {
  it('crosses months and years', () => {
    expect(shiftDay('2026-12-31', 1)).toBe('2027-01-01')
    expect(shiftDay('2028-03-01', -1)).toBe('2028-02-29')
  })

  it('is empty for what is no day', () => {
    expect(shiftDay('soon', 1)).toBe('')
    expect(shiftDay('2026-13-45', 1)).toBe('')
  })
})
