import { describe, expect, it } from 'vitest'
import { asked, hasWords, isAskable, operatorsIn, shiftDay, withoutOperator } from './query'

describe('operatorsIn', () => {
  it('reads plain and quoted values', () => {
    expect(operatorsIn('pie from:Ada in:"Book club" after:2026-11-01')).toEqual({
      from: 'Ada',
      in: 'Book club',
      has: '',
      mentions: '',
      after: '2026-11-01',
      before: '',
    })
  })

  it('takes no operator from inside a phrase or a word', () => {
    expect(operatorsIn('"mail from:Ada" "x').from).toBe('')
    expect(operatorsIn('http://in:here').in).toBe('')
  })
})

describe('names with quotation marks', () => {
  it('stand behind backslashes', () => {
    for (const [typed, name] of [
      ['Ada', 'Ada'],
      ['"Ada Lovelace"', 'Ada Lovelace'],
      ['王小明', '王小明'],
      ['a:b', 'a:b'],
      ['"Ada \\"the\\" L"', 'Ada "the" L'],
      ['"\\“Ada\\”"', '“Ada”'],
      ['O\\"Brien', 'O"Brien'],
      ['"a\\\\"', 'a\\'],
    ] as const) {
      expect(operatorsIn(`x from:${typed} y`).from).toBe(name)
    }
  })
})

describe('what messages bring', () => {
  const q = (text: string) => asked(text, [], []).q
  it('is asked for in the words of the box, in whatever language it was typed', () => {
    expect(q('has:图片 pie')).toBe('has:picture pie')
    expect(q('has:表情 has:提到 pie')).toBe('has:reaction mentions:me pie')
    expect(q('mentions:"Ada L" pie')).toBe('mentions:"Ada L" pie')
    expect(q('HAS：Photos has:"语音消息" has:link')).toBe('has:picture has:voice has:link')
  })

  it('stays as it is where the box is to say what it thinks of it', () => {
    expect(q('has:cake "has:图片" has:')).toBe('has:cake "has:图片" has:')
  })
})

describe('withoutOperator', () => {
  it('takes out each of its kind and keeps phrases whole', () => {
    expect(withoutOperator('from:Ada pie from:Bob in:"Book club" "see you"', 'from')).toBe(
      'pie in:"Book club" "see you"',
    )
    expect(withoutOperator('pie', 'in')).toBe('pie')
  })
})

it('hasWords tells words from operators', () => {
  expect([hasWords('from:Ada pie'), hasWords('from:Ada in:"B c"'), hasWords('"from:x"')]).toEqual([
    true,
    false,
    true,
  ])
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

describe('asked', () => {
  const people = [
    { id: 1, name: 'Ada "the" L' },
    { id: 2, name: 'Łukasz' },
    { id: 3, name: 'Bob' },
  ]
  const rooms = [
    { id: 1, name: 'Kitchen' },
    { id: 2, name: 'Kitchen' },
    { id: 3, name: 'Book club' },
  ]
  const ask = (text: string) => asked(text, people, rooms)

  it('tells whom and where by id where exactly one fits', () => {
    expect(ask('pie from:"Ada \\"the\\" L"')).toMatchObject({ q: 'pie', from_id: 1 })
    expect(ask('from:lukasz in:"book CLUB" x')).toMatchObject({ q: 'x', from_id: 2, room_id: 3 })
    expect(ask('in:Kitchen x')).toMatchObject({ q: 'in:Kitchen x', room_id: undefined })
    expect(ask('from:nobody x')).toMatchObject({ q: 'from:nobody x', from_id: undefined })
    expect(ask('from:Bob from:lukasz')).toMatchObject({ q: 'from:Bob from:lukasz', from_id: undefined })
  })

  it('tells days by when they begin here', () => {
    const begin = (month: number, day: number) => new Date(2026, month - 1, day).getTime()
    expect(ask('x after:2026-11-01 before:2026-11-20')).toMatchObject({
      q: 'x',
      after_at: begin(11, 1),
      before_at: begin(11, 20),
    })
    expect(ask('after：2026-03-29 after:2026-03-30')).toMatchObject({ q: '', after_at: begin(3, 30) })
  })

  it('leaves to the box what is no day', () => {
    expect(ask('x before:2026-02-30')).toMatchObject({ q: 'x before:2026-02-30', before_at: undefined })
  })

  it('leaves phrases and beginnings as they are', () => {
    expect(ask('"see you"* wor* from:Bob').q).toBe('"see you"* wor*')
  })
})
