// Chromium, through Playwright: knows the box by name and trusts its CA through an NSS store.

import path from 'node:path'
import { chromium } from 'playwright-core'
import { program, unless } from './present.js'
import { trustStore } from './trust.js'

const CHROMIUM = program('chromium', 'chromium-browser', 'google-chrome')

export { devices } from 'playwright-core'

export const skip = unless('Chromium', CHROMIUM, program('certutil'))

/** A browser; without `trusts`, one that knows nothing of the box. */
export async function launch(porch, { trusts = true } = {}) {
  const home = path.join(porch.folder, trusts ? 'chromium' : 'chromium-stranger')
  if (trusts) await trustStore(path.join(home, '.pki/nssdb'), porch.caFile)
  return chromium.launch({
    executablePath: CHROMIUM,
    // Chromium's own sandbox does not work for root, which CI machines are.
    chromiumSandbox: process.getuid() !== 0,
    env: { ...process.env, HOME: home },
    args: ['--host-resolver-rules=MAP porch.local 127.0.0.1'],
  })
}
