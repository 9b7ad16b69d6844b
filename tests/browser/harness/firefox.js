// Firefox, through Puppeteer and WebDriver BiDi: trusts the box's CA through the NSS store in its profile.

import path from 'node:path'
import puppeteer from 'puppeteer-core'
import { program, unless } from './present.js'
import { Tab } from './tab.js'
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
    extraPrefsFirefox: {
      'intl.accept_languages': 'en-US',
      // A microphone that hums and a camera of one colour, and nobody who is asked for them.
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
    },
  })
}

/** One window. */
export class FirefoxTab extends Tab {
  #page

  constructor(page) {
    super()
    this.#page = page
  }

  goto(url) {
    return this.#page.goto(url)
  }

  reload() {
    return this.#page.reload()
  }

  run(source) {
    return this.#page.evaluate(source)
  }

  click(selector) {
    return this.#page.click(selector)
  }

  async type(selector, text) {
    await this.#page.focus(selector)
    await this.#page.keyboard.type(text)
  }

  async choose(selector, ...paths) {
    const field = await this.#page.$(selector)
    await field.uploadFile(...paths)
  }

  async drag([first, ...others]) {
    const { mouse } = this.#page
    await mouse.move(first.x, first.y)
    await mouse.down()
    for (const { x, y } of others) await mouse.move(x, y)
    await mouse.up()
  }
}
