import { afterEach, expect, test, vi } from 'vitest'
import { focusHeading } from './focusHeading'

afterEach(() => vi.unstubAllGlobals())

function page(active: 'body' | 'field' | null) {
  const body = {}
  const focus = vi.fn()
  const activeElement = active === 'body' ? body : active === 'field' ? {} : null
  vi.stubGlobal('document', { body, activeElement, querySelector: () => ({ focus }) })
  return focus
}

test.each(['body', null] as const)('the_heading_takes_a_focus_that_is_on_%s', (active) => {
  const focus = page(active)
  focusHeading('h1')
  expect(focus).toHaveBeenCalledOnce()
})

test('the_heading_takes_no_focus_away', () => {
  const focus = page('field')
  focusHeading('h1')
  expect(focus).not.toHaveBeenCalled()
})
