// Emoji at a message, and replies to it, in Chromium: by one, seen by others; by the keyboard; without the box; two at once.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { launch, skip } from './harness/chromium.js'
import { untilKept } from './harness/kept.js'
import { look } from './harness/look.js'
import { Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'

describe('reactions and replies in Chromium', { skip }, () => {
  let porch, browser, ada, grace
  const chapter = story(() => [ada, grace].filter(Boolean).map((person) => person.page))

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch)
    ada = await Person.at(browser, porch, 'Ada')
    await ada.join()
    grace = await Person.at(browser, porch, 'Grace 葛')
    await grace.join()
    await ada.openRoom('Everybody')
    await grace.openRoom('Everybody')
  })

  after(async () => {
    await browser?.close()
    await porch?.stop()
  })

  chapter('an emoji is put with two presses, counted for all, and taken back', async () => {
    await ada.say('Dinner is at seven')
    await choose(grace, 'Dinner is at seven', '👍')
    await stands(grace, 'Dinner is at seven', '👍1', true)
    await stands(ada, 'Dinner is at seven', '👍1', false)
    await chip(ada, 'Dinner is at seven', '👍').click()
    await stands(ada, 'Dinner is at seven', '👍2', true)
    await stands(grace, 'Dinner is at seven', '👍2', true)
    await look(ada.page, 'reactions')
    await chip(grace, 'Dinner is at seven', '👍').click()
    await stands(ada, 'Dinner is at seven', '👍1', true)
    await stands(grace, 'Dinner is at seven', '👍1', false)
  })

  chapter('who has is told to whoever asks', async () => {
    await choose(grace, 'Dinner is at seven', '❤️')
    await stands(ada, 'Dinner is at seven', '❤️1', false)
    await openMenu(ada, 'Dinner is at seven')
    await ada.page.getByRole('menuitem', { name: 'Reactions' }).click()
    const dialog = ada.page.getByRole('dialog', { name: 'Reactions' })
    await dialog.getByText('Grace 葛').waitFor()
    await dialog.getByText('Ada (you)').waitFor()
    await look(ada.page, 'reactions-who')
    await ada.page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  chapter('a reply quotes what it replies to, and a press on that leads there', async () => {
    await openMenu(grace, 'Dinner is at seven')
    await grace.page.getByRole('menuitem', { name: 'Reply' }).click()
    await grace.page.getByText('Replying to Ada').waitFor()
    assert.ok(await grace.composer().evaluate((field) => field === document.activeElement))
    await look(grace.page, 'reply')
    await grace.composer().fill('I shall be there')
    await grace.composer().press('Enter')
    await grace.page.getByText('Replying to Ada').waitFor({ state: 'detached' })
    const quote = of(ada, 'I shall be there').getByRole('link', {
      name: /In reply to\s+You\s+Dinner is at seven/,
    })
    await quote.waitFor()
    await look(ada.page, 'replied')
    await quote.click()
    await ada.page.waitForFunction(() => /\/r\/1\/\d+$/.test(location.pathname))
    // The next one is no reply.
    await grace.say('And bring bread')
    assert.equal(await of(grace, 'And bring bread').locator('.quote').count(), 0)
  })

  chapter('replies to replies are a chain that is shown as one', async () => {
    await reply(ada, 'I shall be there', 'Good')
    await reply(grace, 'Dinner is at seven', 'With two friends')
    await of(ada, 'With two friends').getByRole('button', { name: 'Reply 3: show them all' }).click()
    const dialog = ada.page.getByRole('dialog', { name: 'A message and its replies' })
    await dialog.getByText('With two friends').waitFor()
    const all = await dialog.locator('li .body').allTextContents()
    assert.deepEqual(all, ['Dinner is at seven', 'I shall be there', 'Good', 'With two friends'])
    await look(ada.page, 'chain')
    await dialog.getByText('Good').click()
    await dialog.waitFor({ state: 'detached' })
  })

  chapter('by the keyboard alone, and Esc leaves it', async () => {
    await grace.say('The last of all')
    await of(ada, 'The last of all').waitFor()
    await ada.composer().click()
    await ada.composer().press('ArrowUp')
    await ada.page.keyboard.press('r')
    await ada.page.getByText('Replying to Grace 葛').waitFor()
    await ada.composer().press('Escape')
    await ada.page.getByText('Replying to Grace 葛').waitFor({ state: 'detached' })
    await ada.composer().press('ArrowUp')
    await ada.page.keyboard.press('Enter')
    await ada.page.getByRole('menu').waitFor()
    // The first emoji has the focus; right to the next.
    await ada.page.keyboard.press('ArrowRight')
    await ada.page.keyboard.press('Enter')
    await stands(ada, 'The last of all', '❤️1', true)
  })

  chapter('what is quoted is edited and deleted, and the reply says so, also after a reload', async () => {
    await ada.say('A slip of teh pen')
    await reply(grace, 'A slip of teh pen', 'What?')
    await openMenu(ada, 'A slip of teh pen')
    await ada.page.getByRole('menuitem', { name: 'Edit' }).click()
    await ada.composer().fill('A slip of the pen')
    await ada.composer().press('Enter')
    await of(grace, 'What?').locator('.quote', { hasText: 'A slip of the pen' }).waitFor()
    await openMenu(ada, 'A slip of the pen')
    await ada.page.getByRole('menuitem', { name: 'Delete' }).click()
    await ada.page.getByRole('button', { name: 'Delete' }).click()
    for (const person of [ada, grace]) {
      await of(person, 'What?').locator('.quote', { hasText: 'This message was deleted' }).waitFor()
      assert.equal(await person.page.getByText('slip of').count(), 0)
    }
    await grace.page.reload()
    await of(grace, 'What?').locator('.quote', { hasText: 'This message was deleted' }).waitFor()
    await stands(grace, 'Dinner is at seven', '❤️1', true)
  })

  chapter('without the box both wait, outlive a reload, and come when it is there', async () => {
    await untilKept(ada.page, 'What?')
    await porch.end()
    await choose(ada, 'With two friends', '🙏')
    await stands(ada, 'With two friends', '🙏1', true)
    await reply(ada, 'With two friends', 'All are welcome')
    await untilKept(ada.page, 'command/')
    await ada.page.reload()
    await stands(ada, 'With two friends', '🙏1', true)
    await of(ada, 'All are welcome').locator('.quote', { hasText: 'With two friends' }).waitFor()
    await porch.restart()
    await stands(grace, 'With two friends', '🙏1', false)
    await of(grace, 'All are welcome').locator('.quote', { hasText: 'With two friends' }).waitFor()
  })

  chapter('of a message that goes meanwhile nothing is left to react to', async () => {
    await ada.say('Gone in a moment')
    await of(grace, 'Gone in a moment').waitFor()
    await choose(grace, 'Gone in a moment', '😂')
    await stands(ada, 'Gone in a moment', '😂1', false)
    await openMenu(ada, 'Gone in a moment')
    await ada.page.getByRole('menuitem', { name: 'Delete' }).click()
    await ada.page.getByRole('button', { name: 'Delete' }).click()
    await grace.page.getByText('Gone in a moment').waitFor({ state: 'detached' })
    await grace.page.waitForFunction(
      () => ![...document.querySelectorAll('.reactions')].some((e) => e.textContent.includes('😂')),
    )
  })

  chapter('in Chinese, on a phone, in a direct room', async () => {
    const lin = await Person.at(browser, porch, '林', {
      locale: 'zh-CN',
      viewport: { width: 360, height: 740 },
      hasTouch: true,
      colorScheme: 'dark',
    })
    await lin.fillIn('/join')
    await lin.page.getByRole('heading', { name: '聊天' }).waitFor()
    await lin.page.goto('/r/1')
    await of(lin, 'All are welcome').waitFor()
    await of(lin, 'All are welcome').click({ button: 'right' })
    await lin.page.getByRole('menuitem', { name: '回复' }).waitFor()
    await look(lin.page, 'reply-menu-zh')
    await lin.page.getByRole('menuitem', { name: '回复' }).click()
    await lin.page.getByText('回复Ada').waitFor()
    await look(lin.page, 'reply-zh')
    await lin.context.close()
  })

  chapter('nothing went wrong on either page', async () => {
    for (const person of [ada, grace]) person.forgive(/ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|WebSocket/)
    await ada.leave()
    await grace.leave()
  })

  /** A message by its own words: a reply has those of another beside them. */
  function of({ page }, text) {
    return page
      .locator('article')
      .filter({ has: page.locator('.body', { hasText: text }) })
      .last()
  }

  async function openMenu(person, text) {
    await of(person, text).hover()
    await of(person, text).getByRole('button', { name: 'What to do with this message' }).click()
    await person.page.getByRole('menu').waitFor()
  }

  async function choose(person, text, emoji) {
    await openMenu(person, text)
    await person.page.getByRole('menuitemcheckbox', { name: emoji }).click()
  }

  function chip(person, text, emoji) {
    return of(person, text).locator('.reactions button', { hasText: emoji })
  }

  /** The emoji with its count, and whether it is this person's own. */
  async function stands(person, text, wanted, own) {
    const found = of(person, text).locator(`.reactions button[aria-pressed="${own}"]`, { hasText: wanted })
    await found.waitFor()
  }

  async function reply(person, text, words) {
    await openMenu(person, text)
    await person.page.getByRole('menuitem', { name: 'Reply' }).click()
    await person.composer().fill(words)
    await person.composer().press('Enter')
    await of(person, words).waitFor()
  }
})
