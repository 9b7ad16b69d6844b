// What comes late, in Chromium: answers and pictures whose screen is gone by then, by a takeover or by going elsewhere. Svelte
// warns of whatever still reads what was the screen's, and a warning is a fault of the page.

import { after, before, describe } from 'node:test'
import { launch, skip } from './harness/chromium.js'
import { holdBack } from './harness/holdBack.js'
import { Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'

/** More than a page of history holds. */
const LINES = 130

describe('what comes late in Chromium', { skip }, () => {
  let porch, browser, ada, grace, elsewhere
  const chapter = story(() => [ada, grace].filter(Boolean).map((person) => person.page))

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch)
    ada = await Person.at(browser, porch, 'Ada')
    await ada.join()
    grace = await Person.at(browser, porch, 'Grace')
    await grace.join()
    await grace.choosePicture(200)
    await grace.page.goto('/')
    await grace.openRoom('Everybody')
    for (let line = 1; line <= LINES; line++) {
      await grace.composer().fill(`Line ${line}`)
      await grace.composer().press('Enter')
    }
    await grace.message(`Line ${LINES}`).locator('.state', { hasText: /Sent/ }).waitFor()
  })

  after(async () => {
    await browser?.close()
    await porch?.stop()
  })

  /** Signs Ada in elsewhere, which ends her place here. */
  async function takeOver() {
    elsewhere = await Person.at(browser, porch, 'Ada')
    await elsewhere.fillIn('/sign-in')
    await elsewhere.page.getByRole('button', { name: 'Use here' }).click()
    await ada.page.getByRole('heading', { name: 'Signed in elsewhere' }).waitFor()
  }

  /** Nothing went wrong in the place that was taken over; Ada is in the other one. */
  async function goThere() {
    await ada.page.evaluate(twoFrames)
    await ada.leave()
    ada = elsewhere
  }

  chapter('a picture that cannot be had any more, after a takeover', async () => {
    await ada.openRoom('Everybody')
    await ada.page.locator('article .avatar img').last().waitFor()
    await ada.page.evaluate(() => {
      window.pictures = [...document.querySelectorAll('.avatar img')]
    })
    await takeOver()
    await ada.page.evaluate(() => {
      for (const picture of window.pictures) picture.dispatchEvent(new Event('error'))
    })
    await goThere()
  })

  chapter('the members of a room, after a takeover', async () => {
    await ada.openRoom('Everybody')
    const release = await holdBack(ada.page, '/members')
    await ada.page.getByRole('link', { name: 'Room details' }).last().click()
    await ada.page.waitForFunction(() => window.held)
    await takeOver()
    await release()
    await goThere()
  })

  chapter('the history of a room that one has left', async () => {
    await ada.page.getByRole('heading', { name: 'Chats' }).waitFor()
    const release = await holdBack(ada.page, '/messages?')
    await ada.page.evaluate(() => history.pushState(null, '', '/r/1/5'))
    await ada.page.evaluate(() => dispatchEvent(new PopStateEvent('popstate')))
    await ada.page.waitForFunction(() => window.held)
    await ada.page.getByRole('link', { name: 'People' }).click()
    await ada.page.getByRole('heading', { name: 'People' }).first().waitFor()
    await release()
    await ada.page.evaluate(twoFrames)
  })

  chapter('how many rooms somebody made, when one looks at somebody else', async () => {
    await ada.page.locator('a.row', { hasText: 'Grace' }).click()
    const release = await holdBack(ada.page, '/rooms')
    await ada.page.getByRole('button', { name: 'Remove the rooms they made' }).click()
    await ada.page.waitForFunction(() => window.held)
    await ada.page.getByRole('link', { name: 'Settings' }).click()
    await ada.page.getByRole('heading', { name: 'Settings' }).waitFor()
    await grace.page.goto('/me')
    await grace.page.getByRole('button', { name: 'Change the name' }).click()
    await grace.page.getByRole('dialog').getByRole('textbox').fill('Grace H')
    await grace.page.getByRole('dialog').locator('button[type=submit]').click()
    await grace.page.getByRole('dialog').waitFor({ state: 'detached' })
    await release()
    await ada.page.getByText('Grace has made no rooms').first().waitFor()
  })

  chapter('nothing went wrong on either page', async () => {
    await ada.leave()
    await grace.leave()
  })
})

/** In the page: by then whatever was to come of an answer has come. */
async function twoFrames() {
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
}
