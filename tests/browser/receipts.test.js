// Receipts in Chromium: sent, delivered and read between two people, who has seen it in a room, and both turned off.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { launch, skip } from './harness/chromium.js'
import { untilKept } from './harness/kept.js'
import { look } from './harness/look.js'
import { Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { makeRoom, profile } from './harness/rooms.js'
import { story } from './harness/story.js'
import { until } from './harness/until.js'

describe('receipts in Chromium', { skip }, () => {
  let porch, browser, ada, grace, lin
  const chapter = story(() => [ada, grace, lin].filter(Boolean).map((person) => person.page))

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch)
    ada = await Person.at(browser, porch, 'Ada')
    await ada.join()
    grace = await Person.at(browser, porch, 'Grace 葛')
    await grace.join()
    lin = await Person.at(browser, porch, '林小雨')
    await lin.join()
  })

  after(async () => {
    await browser?.close()
    await porch?.stop()
  })

  chapter(
    'a message is sent while the other one is away, delivered when they are back, and then read',
    async () => {
      await grace.page.goto('about:blank')
      await profile(ada, 'Grace 葛')
      await ada.page.getByRole('button', { name: 'Message', exact: true }).click()
      await ada.composer().waitFor()
      await ada.say('Are you there?')
      await stands(ada, 'Are you there?', 'Sent')
      await grace.page.goto('/me')
      await stands(ada, 'Are you there?', 'Delivered')
      await ada.say('There is soup')
      await stands(ada, 'There is soup', 'Delivered')
      await look(ada.page, 'receipts-delivered')
      await grace.openRoom('Ada')
      await stands(ada, 'There is soup', 'Read')
      await stands(ada, 'Are you there?', 'Read')
      await grace.page.goto('/me')
      await ada.say('It is getting cold')
      await stands(ada, 'It is getting cold', 'Delivered')
      await look(ada.page, 'receipts-read')
      // By the keyboard alone: from the composer up to the last message, and to the one before.
      await ada.composer().press('ArrowUp')
      await heard('It is getting cold', /Delivered$/)
      await ada.page.keyboard.press('ArrowUp')
      await heard('There is soup', /Read$/)
    },
  )

  chapter('the three look different without colour, and no message becomes another size by it', async () => {
    const state = (text) => ada.message(text).locator('.state')
    const box = async (text) => {
      const { width, height } = await state(text).boundingBox()
      return [width, height]
    }
    assert.deepEqual(await box('There is soup'), await box('It is getting cold'))
    const outline = (text) => state(text).evaluate((at) => getComputedStyle(at).outlineStyle)
    assert.deepEqual([await outline('There is soup'), await outline('It is getting cold')], ['solid', 'none'])
  })

  chapter('it is known after a reload, without the box, and after its restart', async () => {
    await ada.page.reload()
    await stands(ada, 'There is soup', 'Read')
    await stands(ada, 'It is getting cold', 'Delivered')
    await untilKept(ada.page, 'It is getting cold')
    await porch.end()
    await ada.page.reload()
    await stands(ada, 'There is soup', 'Read')
    await porch.restart()
    await stands(ada, 'It is getting cold', 'Delivered')
    await grace.openRoom('Ada')
    await stands(ada, 'It is getting cold', 'Read')
  })

  chapter(
    'what was read is set back, on all devices, after a restart too, and the other one hears nothing',
    async () => {
      await grace.openRoom('Ada')
      await stands(ada, 'It is getting cold', 'Read')
      await grace.message('There is soup').click({ button: 'right' })
      await grace.page.getByRole('menuitem', { name: 'Mark as unread from here' }).click()
      await grace.chatRow('Ada').locator('.badge', { hasText: '2' }).waitFor()
      assert.equal(new URL(grace.page.url()).pathname, '/')
      await look(grace.page, 'receipts-unread')
      await stands(ada, 'It is getting cold', 'Read')
      await porch.restart()
      await grace.page.reload()
      await grace.chatRow('Ada').locator('.badge', { hasText: '2' }).waitFor()
      await grace.openRoom('Ada')
      await grace.page.getByText('New', { exact: true }).waitFor()
      await grace.chatRow('Ada').locator('.badge').waitFor({ state: 'detached' })
      await stands(ada, 'It is getting cold', 'Read')
    },
  )

  chapter('in a room of several the menu tells who has seen one’s own message', async () => {
    await grace.page.goto('/me')
    await lin.page.goto('/me')
    await makeRoom(ada, 'Kitchen', 'Only who is added', ['Grace 葛', '林小雨'])
    await ada.say('Who takes the bins out?')
    await stands(ada, 'Who takes the bins out?', 'Sent')
    await openSeen('Who takes the bins out?')
    await dialog().getByText('Nobody has seen it yet.').waitFor()
    await look(ada.page, 'seen-by-nobody')
    // It is asked for again while it is looked at.
    await lin.openRoom('Kitchen')
    await dialog().getByText('林小雨').waitFor()
    await grace.openRoom('Kitchen')
    await dialog().getByText('Grace 葛').waitFor()
    await look(ada.page, 'seen-by')
    await ada.page.keyboard.press('Escape')
    await dialog().waitFor({ state: 'detached' })
    // Others’ messages have no such way.
    await openMenu(grace, 'Who takes the bins out?')
    await grace.page.getByRole('menuitem', { name: 'Copy the text' }).waitFor()
    assert.equal(await grace.page.getByRole('menuitem', { name: /Seen by/ }).count(), 0)
    await grace.page.keyboard.press('Escape')
  })

  chapter('where it cannot be asked for, that is said, and it comes when the box is back', async () => {
    await porch.end()
    await openSeen('Who takes the bins out?')
    await dialog().getByRole('button', { name: 'Try again' }).waitFor()
    await porch.restart()
    await dialog().getByText('林小雨').waitFor()
    await ada.page.keyboard.press('Escape')
  })

  chapter('whoever turns them off is shown to nobody and told of nobody', async () => {
    await turnReceipts(grace)
    await look(grace.page, 'receipts-setting')
    await openSeen('Who takes the bins out?')
    await dialog().getByText('林小雨').waitFor()
    assert.equal(await dialog().getByText('Grace 葛').count(), 0)
    await ada.page.keyboard.press('Escape')
    // What was known between the two is taken back, at once and on both sides.
    await ada.openRoom('Grace 葛')
    await stands(ada, 'There is soup', 'Sent')
    await grace.openRoom('Ada')
    await grace.say('Sorry, I was out')
    await ada.message('Sorry, I was out').waitFor()
    await stands(grace, 'Sorry, I was out', 'Sent')
    await stands(ada, 'It is getting cold', 'Sent')
    await grace.openRoom('Kitchen')
    await grace.say('I did it yesterday')
    await lin.message('I did it yesterday').waitFor()
    await openSeen('I did it yesterday', grace)
    await dialog(grace).getByText('You have turned off receipts.').waitFor()
    await look(grace.page, 'seen-by-off')
    await dialog(grace).getByRole('link', { name: 'To the settings' }).click()
    await grace.page.getByRole('heading', { name: 'Privacy' }).waitFor()
    assert.equal(await grace.page.evaluate(() => document.activeElement.textContent), 'Privacy')
  })

  chapter('turned on again, both hear at once how things are', async () => {
    await turnReceipts(grace)
    await stands(ada, 'It is getting cold', 'Read')
    await grace.openRoom('Ada')
    await stands(grace, 'Sorry, I was out', 'Read')
  })

  chapter('small, dark and in Chinese', async () => {
    for (const { page } of [ada, grace]) {
      await page.setViewportSize({ width: 360, height: 740 })
      await page.emulateMedia({ colorScheme: 'dark' })
      await page.evaluate(() => localStorage.setItem('porch.language', 'zh'))
      await page.reload()
    }
    await ada.message('There is soup').getByText('已读').waitFor({ state: 'attached' })
    await look(ada.page, 'zh-receipts')
    await ada.page.goto('/')
    await ada.chatRow('Kitchen').click()
    await ada.message('Who takes the bins out?').click({ button: 'right' })
    await ada.page.getByRole('menuitem', { name: '谁看过' }).click()
    await dialog().getByText('林小雨').waitFor()
    await look(ada.page, 'zh-seen-by')
    await ada.page.keyboard.press('Escape')
    await grace.page.goto('/me?privacy')
    await grace.page.getByRole('switch', { name: '已读回执' }).waitFor()
    await look(grace.page, 'zh-receipts-setting')
  })

  chapter('nothing went wrong on any page', async () => {
    for (const person of [ada, grace, lin]) {
      person.forgive(/ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|WebSocket/)
      await person.leave()
    }
  })

  const dialog = (person = ada) => person.page.getByRole('dialog')

  /** What has become of a message, as it is drawn and as it is read out. */
  const stands = (person, text, state) => person.message(text).locator('.state', { hasText: state }).waitFor()

  /** What a screen reader hears of a message when one comes to it. */
  async function heard(text, words) {
    await until(async () => words.test(await ada.message(text).getAttribute('aria-label')))
  }

  async function openMenu({ page }, text) {
    const row = page.locator('article', { hasText: text }).last()
    await row.hover()
    await row.getByRole('button', { name: 'What to do with this message' }).click()
    await page.getByRole('menu').waitFor()
  }

  async function openSeen(text, person = ada) {
    await openMenu(person, text)
    await person.page.getByRole('menuitem', { name: 'Seen by …' }).click()
    await dialog(person).getByRole('heading', { name: 'Seen by' }).waitFor()
  }

  /** By the switch in the settings; waits until the box has it. */
  async function turnReceipts({ page }) {
    await page.goto('/me')
    const answer = page.waitForResponse((answer) => answer.request().method() === 'PATCH')
    await page.getByRole('switch', { name: 'Receipts' }).click()
    assert.equal((await answer).status(), 200)
  }
})
