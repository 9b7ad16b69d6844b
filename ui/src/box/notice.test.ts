import { beforeEach, expect, test } from 'vitest'
import type { Checked, Report } from '../core/boxTypes'
import { Notice } from './notice.svelte'

let day: string
let report: Report
let stored: Map<string, string>

const finding = (name: string, level: Checked['level']): Checked => ({
  check: 'clock',
  level,
  finding: name as Checked['finding'],
  values: {},
  says: name,
  advice: '',
})

const makeNotice = () =>
  new Notice({
    ask: async () => report,
    day: () => day,
    storage: {
      getItem: (key) => stored.get(key) ?? null,
      setItem: (key, value) => void stored.set(key, value),
    },
  })

const shown = (notice: Notice) => notice.findings.map((checked) => checked.finding)

beforeEach(() => {
  day = '2026-11-20'
  stored = new Map()
  report = { checks: [finding('name_taken', 'warning'), finding('clock_behind', 'problem')] }
})

test('what_is_wrong_is_shown_the_worst_first', async () => {
  const notice = makeNotice()
  await notice.look()
  expect(shown(notice)).toEqual(['clock_behind', 'name_taken'])
})

test('what_is_right_or_of_no_hurry_is_not_shown', async () => {
  report = { checks: [finding('clock_right', 'ok'), finding('disk_space_low', 'warning')] }
  const notice = makeNotice()
  await notice.look()
  expect(shown(notice)).toEqual([])
})

test('put_away_it_stays_away_for_the_day_and_comes_back_on_the_next', async () => {
  const notice = makeNotice()
  await notice.look()
  notice.putAway()
  expect(shown(notice)).toEqual([])
  const later = makeNotice()
  await later.look()
  expect(shown(later)).toEqual([])
  day = '2026-11-21'
  await later.look()
  expect(shown(later)).toHaveLength(2)
})

test('something_new_is_shown_although_the_rest_was_put_away', async () => {
  const notice = makeNotice()
  await notice.look()
  notice.putAway()
  report = { checks: [...report.checks, finding('certificate_ends', 'warning')] }
  await notice.look()
  expect(shown(notice)).toContain('certificate_ends')
})

test('a_box_that_does_not_answer_changes_nothing', async () => {
  let answers = true
  const notice = new Notice({
    ask: async () => {
      if (!answers) throw new Error('unreachable')
      return report
    },
    day: () => day,
    storage: null,
  })
  await notice.look()
  answers = false
  await notice.look()
  expect(shown(notice)).toHaveLength(2)
})

test('what_is_stored_and_not_ours_counts_for_nothing', async () => {
  stored.set('porch.notice', '{"day":')
  const notice = makeNotice()
  await notice.look()
  expect(shown(notice)).toHaveLength(2)
})
