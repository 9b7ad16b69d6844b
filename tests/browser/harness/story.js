// Tests that tell one story: each goes on where the one before ended, so none is told after one that failed.

import path from 'node:path'
import { test } from 'node:test'
import { ARTIFACTS } from './porch.js'

/** Gives `chapter(name, fn)`. `pages` gives the Playwright pages to be kept as pictures when one fails. */
export function story(pages = () => []) {
  let failed = null
  return (name, fn) =>
    test(name, async (context) => {
      if (failed !== null) return context.skip(`after “${failed}” failed`)
      try {
        await fn()
      } catch (error) {
        failed = name
        for (const [at, page] of pages().entries())
          await page.screenshot({ path: path.join(ARTIFACTS, `failed-${at}.png`) }).catch(() => {})
        throw error
      }
    })
}
