// Chromium, through Playwright: knows the box by name and trusts its CA through an NSS store.

import { existsSync } from 'node:fs'
import path from 'node:path'
import { chromium } from 'playwright-core'
import { program, unless } from './present.js'
import { emptyStore, trust, trustStore } from './trust.js'

const CHROMIUM = program('chromium', 'chromium-browser', 'google-chrome')

export { devices } from 'playwright-core'

export const skip = unless('Chromium', CHROMIUM, program('certutil'))

/**
 * A browser with a profile that stays, and a store of the system's that trusts nothing yet: a person's own. What it keeps lies
 * on the disk, where that of the contexts of `launch` lies in memory. `trusts`: its store trusts the box.
 */
export async function launchOwn(porch, { trusts = false, ...options } = {}) {
  const home = path.join(porch.folder, 'chromium-own')
  const store = path.join(home, '.pki/nssdb')
  await emptyStore(store)
  if (trusts) await trust(store, porch.caFile)
  const context = await chromium.launchPersistentContext(path.join(home, 'profile'), {
    executablePath: CHROMIUM,
    chromiumSandbox: process.getuid() !== 0,
    env: { ...process.env, HOME: home },
    args: ['--host-resolver-rules=MAP porch.local 127.0.0.1'],
    ...options,
  })
  return { context, store }
}

/**
 * Has Chromium read the system's store again, by the switch that people have in its settings for that. By itself it
 * reads the store when it starts, and whatever is imported in its settings at once.
 */
export async function readStoreAgain(context) {
  const settings = await context.newPage()
  await settings.goto('chrome://certificate-manager')
  const toggle = settings.locator('#importOsCerts')
  const on = settings.locator('#importOsCerts[checked]')
  // It is drawn before it knows that it is on, and a click in between would turn it on once more.
  await on.waitFor()
  await toggle.click()
  await settings.locator('#importOsCerts:not([checked])').waitFor()
  await toggle.click()
  await on.waitFor()
  await settings.close()
}

/** A camera and a microphone that beeps, for whom a context lets have them: `permissions: ['microphone']`. */
export const DEVICES = ['--use-fake-device-for-media-stream']

/** A browser; without `trusts`, one that knows nothing of the box; with `args` for what a test pretends it has. */
export async function launch(porch, { trusts = true, args = [] } = {}) {
  const home = path.join(porch.folder, trusts ? 'chromium' : 'chromium-stranger')
  const store = path.join(home, '.pki/nssdb')
  // A second one finds it as the first has left it.
  if (trusts && !existsSync(store)) await trustStore(store, porch.caFile)
  return chromium.launch({
    executablePath: CHROMIUM,
    // Chromium's own sandbox does not work for root, which CI machines are.
    chromiumSandbox: process.getuid() !== 0,
    env: { ...process.env, HOME: home },
    args: ['--host-resolver-rules=MAP porch.local 127.0.0.1', ...args],
  })
}
