// Many messages are chosen and dealt with at once, in Chromium: by mouse, finger and keys; copied, forwarded, saved, deleted.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { launch, skip } from './harness/chromium.js'
import { look } from './harness/look.js'
import { Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { makeRoom } from './harness/rooms.js'
import { story } from './harness/story.js'

describe('choosing many messages in Chromium', { skip }, () => {
  let porch, browser, ada, grace
  const chapter = story(() => [ada, grace].filter(Boolean).map((person) => person.page))

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch)
    // Ada owns the box, and may delete anything.
    ada = await Person.at(browser, porch, 'Ada')
    await ada.join()
    grace = await Person.at(browser, porch, 'Grace 葛', {
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    await grace.join()
    await makeRoom(grace, 'Kitchen', 'Only who is added', ['Ada'])
    await ada.openRoom('Everybody')
    await grace.openRoom('Everybody')
    for (const [person, text] of [
      [ada, 'Ada says one'],
      [ada, 'Ada says two'],
      [grace, 'Grace says three'],
      [grace, 'Grace says four https://porch.local/'],
      [ada, 'Ada says five'],
      [grace, 'Grace says six'],
    ])
      await person.say(text)
    await grace.message('Ada says five').waitFor()
  })

  after(async () => {
    await browser?.close()
    await porch?.stop()
  })

  const bar = () => grace.page.getByRole('toolbar', { name: 'The selected messages' })
  const act = (name) => bar().getByRole('button', { name, exact: true }).click()
  const dialog = () => grace.page.getByRole('dialog')
  const counted = (n) => bar().getByRole('status').getByText(`${n} selected`).waitFor()
  const checked = async () => {
    const rows = grace.page.locator('article:has(input:checked) .text')
    return (await rows.allTextContents()).map((text) => /says (\w+)/.exec(text)[1])
  }

  async function begin(text) {
    await grace.message(text).hover()
    await grace.message(text).getByRole('button', { name: 'What to do with this message' }).click()
    await grace.page.getByRole('menuitem', { name: 'Select', exact: true }).click()
    await bar().waitFor()
  }

  const over = () => bar().waitFor({ state: 'detached' })

  chapter('whole rows are pressed, a link in one too, and a stretch with Shift', async () => {
    await begin('Ada says two')
    assert.equal(await grace.composer().isVisible(), false)
    await grace.page.getByRole('link', { name: 'porch.local' }).click({ force: true })
    await counted(2)
    assert.deepEqual(await checked(), ['two', 'four'])
    await grace.message('Grace says six').click({ modifiers: ['Shift'] })
    assert.deepEqual(await checked(), ['two', 'four', 'five', 'six'])
    await grace.message('Ada says one').click({ modifiers: ['Shift'] })
    assert.deepEqual(await checked(), ['one', 'two', 'three', 'four'])
    await look(grace.page, 'select')
    await act('End selecting')
    await over()
    assert.ok(await grace.composer().isVisible())
  })

  chapter('by keys alone, and said to those who listen', async () => {
    await grace.composer().press('ArrowUp')
    await grace.page.keyboard.press('Enter')
    await grace.page.getByRole('menuitem', { name: 'Select', exact: true }).press('Enter')
    await counted(1)
    const focused = () => grace.page.evaluate(() => document.activeElement.getAttribute('aria-label'))
    assert.match(await focused(), /^You: Grace says six, .*selected/)
    await grace.page.keyboard.press('Shift+ArrowUp')
    await grace.page.keyboard.press('Shift+ArrowUp')
    await counted(3)
    await grace.page.keyboard.press('Shift+ArrowDown')
    await counted(2)
    await grace.page.keyboard.press('ArrowUp')
    await grace.page.keyboard.press('ArrowUp')
    assert.match(await focused(), /Grace says three, .*not selected/)
    await grace.page.keyboard.press('Space')
    await counted(3)
    assert.deepEqual(await checked(), ['three', 'five', 'six'])
    // The check box itself, behind the author's name.
    await grace.page.keyboard.press('Tab')
    await grace.page.keyboard.press('Tab')
    await grace.page.keyboard.press('Space')
    await counted(2)
    await grace.page.keyboard.press('Escape')
    await over()
    assert.equal(await grace.page.evaluate(() => document.activeElement.tagName), 'ARTICLE')
  })

  chapter('what is copied says who said what and when, in order', async () => {
    await begin('Ada says five')
    await grace.message('Grace says three').click()
    await act('Copy')
    await over()
    const copied = await grace.page.evaluate(() => navigator.clipboard.readText())
    const lines = copied.replace(/[\u2068\u2069]/g, '').split('\n')
    assert.equal(lines.length, 2)
    assert.match(lines[0], /^\[\d+ \w+ \d{4}.* \d+:\d\d\] Grace 葛: Grace says three$/)
    assert.match(lines[1], /^\[.*\] Ada: Ada says five$/)
  })

  chapter('all of them are forwarded in order, and saved', async () => {
    await begin('Ada says one')
    await grace.message('Grace says four').click({ modifiers: ['Shift'] })
    await act('Forward')
    await dialog().getByRole('heading', { name: 'Forward 4 messages' }).waitFor()
    await dialog().getByRole('checkbox', { name: 'Kitchen' }).check()
    await dialog().getByRole('button', { name: 'Forward', exact: true }).click()
    await over()
    await ada.openRoom('Kitchen')
    await ada.page.locator('article', { hasText: 'Grace says four' }).waitFor()
    const texts = await ada.page.locator('article .text').allTextContents()
    assert.deepEqual(
      texts.map((text) => /says (\w+)/.exec(text)[1]),
      ['one', 'two', 'three', 'four'],
    )
    await ada.openRoom('Everybody')
    await begin('Ada says one')
    await act('Add to Saved messages')
    await over()
    await grace.chatRow('Saved messages').getByText('Ada says one').waitFor()
  })

  chapter('one’s own are deleted, and it is said which stay', async () => {
    await begin('Ada says two')
    await grace.message('Grace says three').click()
    await grace.message('Grace says six').click()
    await act('Delete')
    await dialog().getByRole('heading', { name: 'Delete 2 messages?' }).waitFor()
    await dialog().getByText('1 of those selected was written by somebody else, and stays.').waitFor()
    await look(grace.page, 'select-delete')
    await dialog().getByRole('button', { name: 'Delete', exact: true }).click()
    await over()
    await grace.message('Grace says three').waitFor({ state: 'detached' })
    await ada.message('Grace says six').waitFor({ state: 'detached' })
    await grace.message('Ada says two').waitFor()
  })

  chapter('whoever goes to another room has ended it', async () => {
    await begin('Ada says two')
    await grace.chatRow('Kitchen').click()
    await over()
    await grace.chatRow('Everybody').click()
    await grace.composer().waitFor()
    assert.equal(await bar().count(), 0)
  })

  chapter('small, dark and in Chinese, between two as among many', async () => {
    await grace.page.setViewportSize({ width: 360, height: 740 })
    await grace.page.emulateMedia({ colorScheme: 'dark' })
    await grace.page.evaluate(() => localStorage.setItem('porch.language', 'zh'))
    await grace.page.reload()
    await grace.message('Ada says two').click({ button: 'right' })
    await grace.page.getByRole('menuitem', { name: '多选' }).click()
    await grace.message('Ada says five').click()
    await look(grace.page, 'zh-dark-select')
    await grace.page.setViewportSize({ width: 1280, height: 800 })
    await grace.chatRow('我的收藏').click()
    await grace.message('Ada says one').click({ button: 'right' })
    await grace.page.getByRole('menuitem', { name: '多选' }).click()
    await look(grace.page, 'zh-dark-select-saved')
  })

  chapter('nothing went wrong on either page', async () => {
    await ada.leave()
    await grace.leave()
  })
})
