import { expect, test } from 'vitest'
import { bestMatches, matchRank } from './match'
import { pinyinRank, readings } from './pinyin'

test.each([
  ['王明', ['w', 'wm', 'wang', 'wangm', 'wangming', 'wming', 'WANG ming', "wang'ming", '王', '王明']],
  ['张伟', ['zw', 'zhw', 'zhangwei', 'zh']],
  ['吕布', ['lvbu', 'lubu', 'lb', 'lü']],
  ['欧阳娜娜', ['oynn', 'ouyangnana', 'ouy']],
  // Read otherwise as a surname.
  ['单田芳', ['shantianfang', 'stf', 'dan']],
  ['曾国藩', ['zengguofan', 'zgf', 'cgf']],
  ['仇英', ['qiuying', 'qy', 'chou']],
  ['解缙', ['xiejin', 'jie']],
  ['查良镛', ['zhalyong', 'zly']],
  ['区寄', ['ouji']],
  ['朴树', ['piaoshu', 'pu']],
  ['盖叫天', ['gejiaotian', 'gjt']],
  ['尉迟恭', ['yuchigong']],
  ['万俟卨', ['moqi', 'wan']],
  ['长孙无忌', ['changsun', 'zhangsun', 'zswj']],
  // Rare in texts and not in names; written in the old way, too.
  ['林璐鑫', ['linluxin', 'llx']],
  ['趙曉東', ['zhaoxiaodong', 'zxd']],
])('%s_is_found_from_its_beginning', (name, typed) => {
  expect(typed.filter((text) => matchRank(name, text) !== 3)).toEqual([])
})

test('a_name_is_found_by_what_stands_within_it_after_those_that_begin_so', () => {
  expect(matchRank('王明', 'ming')).toBe(1)
  expect(matchRank('王-葛', 'ge')).toBe(1)
  expect(matchRank('Grace 葛', 'gracege')).toBe(3)
  const names = ['小王', 'Wanda', '王明']
  expect(bestMatches(names, (name) => name, 'wan')).toEqual(['Wanda', '王明', '小王'])
})

test('what_does_not_fit_is_not_found', () => {
  for (const typed of ['mw', 'wangmingg', 'wong', 'x', 'wm1', 'wmm'])
    expect([typed, matchRank('王明', typed)]).toEqual([typed, 0])
  expect(pinyinRank('Wang Ming', 'wm')).toBe(0)
  expect(matchRank('山田', '田中')).toBe(0)
})

test('no_name_and_nothing_typed_takes_long_or_breaks_it', () => {
  const long = '单曾仇解查区朴盖'.repeat(8)
  expect(pinyinRank(long, 'z'.repeat(500))).toBe(0)
  expect(pinyinRank('\u{2000b}\u{30edd}〇々', 'z')).toBeGreaterThanOrEqual(0)
  expect(pinyinRank('王', '')).toBe(0)
})

test('this_browser_sorts_the_table_as_it_was_made', () => {
  for (const [character, syllable] of [
    ['阿', 'a'],
    ['八', 'ba'],
    ['女', 'nv'],
    ['略', 'lve'],
    ['玥', 'yue'],
    ['坐', 'zuo'],
  ])
    expect(readings(character!)).toContain(syllable)
})
