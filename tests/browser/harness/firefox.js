// Firefox, through Puppeteer and WebDriver BiDi: trusts the box's CA through the NSS store in its profile.

import path from 'node:path'
import puppeteer from 'puppeteer-core'
import { program, unless } from './present.js'
import { trustStore } from './trust.js'

const FIREFOX = program('firefox-esr', 'firefox')

export const skip = unless('Firefox', FIREFOX, program('certutil'))

/** A browser with a profile of its own: one person. */
export async function launch(porch, name) {
  const profile = path.join(porch.folder, `firefox-${name}`)
  await trustStore(profile, porch.caFile)
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: FIREFOX,
    headless: true,
    userDataDir: profile,
    extraPrefsFirefox: { 'intl.accept_languages': 'en-US' },
  })
}
