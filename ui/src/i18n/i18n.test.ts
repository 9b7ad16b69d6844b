import { describe, expect, it, vi } from 'vitest'
import { BODY_CHARS_MAX } from '../limits'
import { formatBytes, formatLength } from './amounts'
import { en as enChat } from './en'
import { enBox } from './enBox'
import { enScreens } from './enScreens'
import { errorText } from './errors'
import { fill, formatNumberIn } from './fill'
import {
  daysBetween,
  formatCount,
  formatDay,
  formatMoment,
  formatTime,
  formatWhole,
  nextMidnight,
} from './format'
import { chooseLanguage, preferredLanguage, t, tBox, tScreens, withTexts } from './language.svelte'
import { formatList } from './lists'
import { isNameFault, roomErrorText } from './names'
import { formatSpan, formatWhen, joinSentences } from './spans'
import type { Plural } from './table'
import { zh as zhChat } from './zh'
import { zhBox } from './zhBox'
import { zhFindings } from './zhFindings'
import { zhScreens } from './zhScreens'

const en = { ...enChat, ...enScreens, ...enBox }
const zh = { ...zhChat, ...zhScreens, ...zhBox }

const names = (text: string) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].sort()
const forms = (entry: string | Plural) => (typeof entry === 'string' ? [entry] : Object.values(entry))

describe('the tables', () => {
  it('fill in the same names in every language', () => {
    for (const [key, entry] of Object.entries(en)) {
      const wanted = names(typeof entry === 'string' ? entry : entry.other)
      for (const form of forms(zh[key as keyof typeof zh])) expect([key, names(form)]).toEqual([key, wanted])
    }
  })

  it('have no empty text', () => {
    for (const table of [en, zh]) {
      for (const [key, entry] of Object.entries(table)) {
        for (const form of forms(entry)) expect([key, form.trim() === '']).toEqual([key, false])
      }
    }
  })

  it('say by how much a message is too long, and how long one may be', () => {
    const limit = formatNumberIn('en', BODY_CHARS_MAX)
    for (const table of [en, zh])
      for (const key of ['composer.over', 'error.body_long'] as const) expect(table[key]).toContain(limit)
  })

  it('leave no English behind in Chinese', () => {
    const same = Object.entries(zh).filter(
      ([key, text]) => text === en[key as keyof typeof en] && /[a-z]{3}/i.test(String(text)),
    )
    expect(same.map(([key]) => key).filter((key) => !/\.name$|Example$/.test(key))).toEqual([])
  })
})

describe('fill', () => {
  const plural = { one: '{n} person in {room}', other: '{n} people in {room}' }

  it('takes the form of the count', () => {
    expect(fill('en', plural, { n: 1, room: 'Kitchen' })).toBe('1 person in Kitchen')
    expect(fill('en', plural, { n: 0, room: 'Kitchen' })).toBe('0 people in Kitchen')
    expect(fill('zh-CN', { other: '{n} 人' }, { n: 1 })).toBe('1 人')
  })

  it('writes numbers as the language does, and names untouched', () => {
    expect(fill('en', plural, { n: 12345, room: '{n}$&' })).toBe('12,345 people in {n}$&')
    expect(formatNumberIn('de', 12345)).toBe('12.345')
  })

  it('shows a name without a value instead of hiding it', () => {
    expect(fill('en', 'Hello {name}', {})).toBe('Hello {name}')
  })

  it('serves t', () => {
    expect(t('room.members', { n: 1 })).toBe('1 member')
    expect(t('error.unreachable')).toContain('box')
  })
})

describe('texts of screens loaded on demand', () => {
  it('have keys of their own', () => {
    const count = Object.keys(enChat).length + Object.keys(enScreens).length + Object.keys(enBox).length
    expect(Object.keys(en)).toHaveLength(count)
  })

  it('are there once the screen is, and not before', async () => {
    vi.stubGlobal('document', { documentElement: {} })
    expect(tScreens('people.title')).toBe('')
    expect(errorText('password_short')).toBe(t('error.unexpected'))
    expect(await withTexts(Promise.resolve('screen'))).toBe('screen')
    expect(tScreens('people.title')).toBe('People')
    expect(tScreens('common.back')).toBe('Back')
    expect(tBox('box.title')).toBe('')
    await withTexts(Promise.resolve(), 'box')
    expect(tBox('box.title')).toBe('This box')
    expect(tBox('people.title')).toBe('People')
  })

  it('have the rarer errors, which are something unexpected before', () => {
    expect(errorText('password_short')).toContain('8')
    expect(errorText('busy')).toContain('busy')
  })

  it('do not hide that the screen itself failed', async () => {
    await expect(withTexts(Promise.reject(new Error('offline')))).rejects.toThrow('offline')
  })
})

describe('preferredLanguage', () => {
  it('is the first that porch speaks', () => {
    expect(preferredLanguage(['fr-FR', 'zh-TW', 'en'])).toBe('zh')
    expect(preferredLanguage(['EN-gb'])).toBe('en')
  })

  it('is English when there is none', () => {
    expect(preferredLanguage(['fr', 'zha'])).toBe('en')
    expect(preferredLanguage([])).toBe('en')
  })
})

describe('days', () => {
  const now = new Date(2026, 10, 20, 0, 30).getTime()

  it('are those of the reader’s calendar, not spans of 24 hours', () => {
    expect(daysBetween(new Date(2026, 10, 19, 23, 50).getTime(), now)).toBe(1)
    expect(daysBetween(new Date(2026, 10, 20, 23, 50).getTime(), now)).toBe(0)
  })

  it('near by have names', () => {
    expect(formatDay(now, now)).toBe('Today')
    expect(formatDay(new Date(2026, 10, 19, 23, 50).getTime(), now)).toBe('Yesterday')
    expect(formatDay(new Date(2026, 10, 15).getTime(), now)).toBe('Sunday')
  })

  it('further away have a date, with the year when it is another', () => {
    expect(formatDay(new Date(2026, 2, 3).getTime(), now)).not.toMatch(/2026/)
    expect(formatDay(new Date(2025, 2, 3).getTime(), now)).toMatch(/2025/)
    expect(formatMoment(new Date(2025, 2, 3).getTime(), now)).toMatch(/25/)
  })

  it('end at midnight', () => {
    expect(nextMidnight(now)).toBe(new Date(2026, 10, 21).getTime())
  })
})

describe('ends and spans', () => {
  const now = new Date(2026, 10, 20, 9, 0).getTime()

  it('say the day only where it is needed', () => {
    const today = formatWhen(new Date(2026, 10, 20, 18, 0).getTime(), now)
    expect(formatWhen(new Date(2026, 10, 21, 18, 0).getTime(), now)).toBe(`tomorrow ${today}`)
    expect(formatWhen(new Date(2026, 10, 25, 18, 0).getTime(), now)).toMatch(/2026/)
  })

  it('take the largest unit that fits', () => {
    expect([30, 90, 3_600, 86_400, 182 * 86_400, 10 * 366 * 86_400].map(formatSpan)).toEqual([
      '30 seconds',
      '2 minutes',
      '1 hour',
      '1 day',
      '182 days',
      '10 years',
    ])
  })
})

it('joins names', () => {
  expect(formatList(['Ada', 'Grace', 'Lin'])).toBe('Ada, Grace, and Lin')
})

/** A space beside a Chinese character, or beside what is filled in next to one. */
const SPACED = /[\p{Script=Han}，。：；！？、（）“”…] | [\p{Script=Han}，。：；！？、（）“”…]/u

describe('Chinese', () => {
  it('has no narrow punctuation beside its own characters', () => {
    const narrow = Object.entries(zh).filter(([, entry]) =>
      forms(entry).some((form) =>
        /\p{Script=Han}[,:;!?]|[,:;!?]\s*\p{Script=Han}|[。，：；！？] /u.test(form),
      ),
    )
    // What is typed into the search, and the key of this help.
    expect(narrow.map(([key]) => key).filter((key) => !/Example$|singleKeysHint/.test(key))).toEqual([])
  })

  it('has one word for the code by which one signs in', () => {
    const others = Object.entries(zh).filter(([, entry]) =>
      forms(entry).some((form) => form.includes('验证码')),
    )
    expect(others).toEqual([])
    expect(zh['acts.code']).toContain(zh['reset.code'])
  })

  it('has no space within a sentence', () => {
    const spaced = Object.entries({ ...zh, ...zhFindings }).filter(([, entry]) => {
      const texts = Array.isArray(entry) ? entry : forms(entry as string | Plural)
      // Commands are kept apart from what is said of them.
      return texts.some((text) => !/--|sudo|ip addr|chmod|ulimit|sqlite3/.test(text) && SPACED.test(text))
    })
    expect(spaced.map(([key]) => key).filter((key) => !key.endsWith('Example'))).toEqual([])
  })

  it('joins sentences and a day with its time as Chinese does', async () => {
    vi.stubGlobal('document', { documentElement: {} })
    vi.stubGlobal('localStorage', { setItem() {}, removeItem() {} })
    const at = new Date(2026, 10, 26, 10, 29).getTime()
    expect(joinSentences('One.', false, 'Two.')).toBe('One. Two.')
    await chooseLanguage('zh')
    expect(joinSentences('一。', false, '二。')).toBe('一。二。')
    expect(formatWhole(at)).toBe('2026年11月26日10:29')
    const early = new Date(2026, 10, 5, 9, 5).getTime()
    expect(formatTime(early)).toBe('09:05')
    expect(formatMoment(early, new Date(2028, 0, 1).getTime())).toBe('2026/11/05')
    expect(formatWhen(early, early - 86_400_000)).toBe('明天09:05')
    expect(formatWhen(early, early - 40 * 86_400_000)).toBe('2026年11月5日09:05')
    expect(formatCount(100)).toBe('99+')
    expect(tScreens('message.failed', { why: '主机正忙。' })).toBe('未发送：主机正忙。')
    await chooseLanguage('en')
  })

  it('calls a person and a room by their own limits', async () => {
    vi.stubGlobal('document', { documentElement: {} })
    await withTexts(Promise.resolve())
    expect(errorText('name_invalid')).toMatch(/1 to 32/)
    expect(roomErrorText('name_invalid')).toMatch(/1 to 64/)
    expect(errorText('name_reserved')).not.toBe(errorText('name_invalid'))
    expect(roomErrorText('name_reserved')).toMatch(/room/)
    expect(roomErrorText('busy')).toBe(errorText('busy'))
    expect(
      ['name_invalid', 'name_reserved', 'name_taken', 'busy'].map((code) => isNameFault(code as never)),
    ).toEqual([true, true, true, false])
  })
})

describe('amounts', () => {
  it('of bytes are in the largest unit that fits', async () => {
    await chooseLanguage('en')
    expect([0, 532, 999, 1_000, 1_234_567, 12_345_678, 999_600, 2e9].map(formatBytes)).toEqual([
      '0 bytes',
      '532 bytes',
      '999 bytes',
      '1 kB',
      '1.2 MB',
      '12 MB',
      '1 MB',
      '2 GB',
    ])
    await chooseLanguage('zh')
    expect(formatBytes(532)).toBe('532字节')
    await chooseLanguage('en')
  })

  it('of what is heard are minutes and seconds', () => {
    expect([0, 499, 12_300, 59_600, 725_000].map(formatLength)).toEqual([
      '0:00',
      '0:00',
      '0:12',
      '1:00',
      '12:05',
    ])
  })
})
