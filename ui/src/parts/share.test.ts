import { afterEach, expect, test, vi } from 'vitest'
import { canShare, share } from './share'

afterEach(() => vi.unstubAllGlobals())

function sheet(open: (data: ShareData) => Promise<void>) {
  vi.stubGlobal('navigator', { share: open })
}

test('without_a_sheet_there_is_none', () => {
  vi.stubGlobal('navigator', {})
  expect(canShare()).toBe(false)
})

test('what_is_shared_is_given_to_the_sheet', async () => {
  const given: ShareData[] = []
  sheet(async (data) => void given.push(data))
  expect(canShare()).toBe(true)
  expect(await share({ text: 'Come in', url: 'https://porch.local/j/x' })).toBe(true)
  expect(given).toEqual([{ text: 'Come in', url: 'https://porch.local/j/x' }])
})

test('a_sheet_that_is_closed_is_no_failure_and_one_that_does_not_open_is', async () => {
  sheet(() => Promise.reject(new DOMException('closed', 'AbortError')))
  expect(await share({ text: 'x' })).toBe(true)
  sheet(() => Promise.reject(new DOMException('not now', 'NotAllowedError')))
  expect(await share({ text: 'x' })).toBe(false)
})
