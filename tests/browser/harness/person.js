// A person at a browser driven by Playwright: what people do in porch, in the words of the page.

import assert from 'node:assert/strict'
import { picture } from './picture.js'

export const PASSWORD = 'correct horse battery'

/** The page has this long for anything, on a busy machine too. */
const WAIT_MS_MAX = 15_000

/** What the browser itself says when the box is switched off, or refuses what a test provokes: no fault of the page. */
const EXPECTED =
  /ERR_CONNECTION_REFUSED|ERR_SSL_|the server responded with a status of (401|403|404|409|429|503)/

/** How a person's browser is set. */
export const settings = (porch) => ({
  baseURL: porch.url(),
  locale: 'en-GB',
  reducedMotion: 'reduce',
  viewport: { width: 1280, height: 800 },
})

export class Person {
  /** Opens the page in a context of its own: no cookie is shared with anyone. */
  static async at(browser, porch, name, options = {}) {
    return Person.in(await browser.newContext({ ...settings(porch), ...options }), porch, name)
  }

  /** Opens the page in a context that is there. */
  static async in(context, porch, name) {
    context.setDefaultTimeout(WAIT_MS_MAX)
    const page = await context.newPage()
    const person = new Person(name, context, page, porch)
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()) && !EXPECTED.test(message.text()))
        person.faults.push(`${message.text()} (${page.url()})`)
    })
    page.on('pageerror', (error) => person.faults.push(String(error.stack || error)))
    page.on('request', (request) => {
      const url = new URL(request.url())
      if (url.host !== new URL(porch.url()).host && !['blob:', 'data:'].includes(url.protocol))
        person.faults.push(`asked a third party: ${url}`)
    })
    await page.goto('/')
    return person
  }

  /** What should not have happened: errors in the page, requests to others. */
  faults = []

  constructor(name, context, page, porch) {
    this.name = name
    this.context = context
    this.page = page
    this.porch = porch
  }

  /** Forgets the faults that a test has provoked, of which there is one at least; the box's monitor may hold them too. */
  provoked(pattern, told = pattern) {
    const others = this.faults.filter((fault) => !pattern.test(fault))
    assert.notEqual(others.length, this.faults.length, `${pattern} was not provoked: ${others}`)
    this.faults = others
    this.porch.provokes(told)
  }

  /** Forgets faults that a test provokes or not, as it happens: whether a request was on its way when the box was killed. */
  forgive(pattern) {
    this.faults = this.faults.filter((fault) => !pattern.test(fault))
    this.porch.provokes(pattern)
  }

  async join() {
    await this.fillIn('/join')
    await this.page.getByRole('heading', { name: 'Chats' }).waitFor()
  }

  /** Fills in and submits the form for joining or for signing in; what comes of it is the caller's to see. */
  async fillIn(path, password = PASSWORD) {
    const { page } = this
    await page.goto(path)
    await page.locator('input[name=username]').fill(this.name)
    await page.locator('input[name=password]').fill(password)
    await page.locator('form button[type=submit]').click()
  }

  /** Chooses, fits and saves a picture of one hue; waits until it is shown. `fitting` is called while it is fitted. */
  async choosePicture(hue, fitting = async () => {}) {
    const { page } = this
    await page.goto('/me')
    const file = { name: 'me.png', mimeType: 'image/png', buffer: picture(640, 480, hue) }
    await page.getByLabel('Picture', { exact: true }).setInputFiles(file)
    await page.getByRole('button', { name: 'Use this picture' }).waitFor()
    await fitting()
    await page.getByRole('button', { name: 'Use this picture' }).click()
    await page.getByRole('button', { name: 'Remove the picture' }).waitFor()
  }

  /** The row of a room or a person in the list of chats. */
  chatRow(title) {
    return this.page.locator('a.row', { has: this.page.locator('.title').getByText(title, { exact: true }) })
  }

  /** Opens a room from the list of chats. */
  async openRoom(title) {
    await this.page.getByRole('link', { name: /^Chats/ }).click()
    await this.chatRow(title).click()
    await this.composer().waitFor()
  }

  async search(words) {
    await this.page.goto('/search')
    await this.page.getByRole('searchbox', { name: 'Search the messages' }).fill(words)
  }

  composer() {
    return this.page.getByRole('textbox', { name: /^Message to / })
  }

  /** Writes and sends in the open room; waits until the box has it. */
  async say(text) {
    await this.composer().fill(text)
    await this.composer().press('Enter')
    // Between two people it may be there, and read, before one looks.
    await this.message(text)
      .locator('.state', { hasText: /Sent|Delivered|Read/ })
      .waitFor()
  }

  /** A message in the open room, by its text. */
  message(text) {
    return this.page.locator('article', { hasText: text }).last()
  }

  /** Asserts that nothing went wrong on this page, and leaves. */
  async leave() {
    await this.context.close()
    assert.deepEqual(this.faults, [], `${this.name}'s page`)
  }
}
