import { expect, test } from 'vitest'
import { Refusal } from '../core/api'
import type { FirstStep, PatchSettings, Settings } from '../protocol'
import { FIRST_STEPS, FirstSteps } from './steps.svelte'

/** A box's settings, as far as the steps go, and what was asked of it. */
function box(...done: FirstStep[]) {
  const asked: (PatchSettings | 'show')[] = []
  let away = false
  const answer = () => ({ steps_done: done }) as Settings
  const ask = (what: PatchSettings | 'show') => {
    asked.push(what)
    if (away) throw new Refusal('unreachable')
  }
  const steps = new FirstSteps({
    settings: async () => {
      ask('show')
      return answer()
    },
    changeSettings: async (change) => {
      ask(change)
      for (const step of change.steps_done ?? []) if (!done.includes(step)) done.push(step)
      return answer()
    },
  })
  return { steps, asked, goAway: (is: boolean) => (away = is) }
}

test('nothing_is_shown_before_the_box_has_told', async () => {
  const { steps } = box()
  expect(steps.isShown).toBe(false)
  await steps.load()
  expect(steps.isShown).toBe(true)
})

test('a_box_that_does_not_answer_is_asked_again', async () => {
  const { steps, asked, goAway } = box()
  goAway(true)
  await steps.load()
  expect(steps.isShown).toBe(false)
  goAway(false)
  await Promise.all([steps.load(), steps.load()])
  expect(steps.isShown).toBe(true)
  expect(asked).toEqual(['show', 'show'])
})

test('what_is_done_is_told_to_the_box_once', async () => {
  const { steps, asked } = box('room')
  await steps.finish('room')
  expect(asked).toEqual(['show'])
  await steps.finish('invite')
  await steps.finish('invite')
  expect(asked.slice(1)).toEqual([{ steps_done: ['invite'] }])
  expect(steps.has('invite') && !steps.has('poster')).toBe(true)
})

test('a_step_that_could_not_be_kept_is_still_to_be_done', async () => {
  const { steps, goAway } = box()
  await steps.load()
  goAway(true)
  await steps.finish('poster')
  expect(steps.has('poster')).toBe(false)
})

test('once_all_are_done_nothing_is_shown_any_more', async () => {
  const { steps } = box('devices', 'invite', 'room')
  await steps.load()
  expect(steps.isShown).toBe(true)
  await steps.finish(...FIRST_STEPS)
  expect(steps.isShown).toBe(false)
})
