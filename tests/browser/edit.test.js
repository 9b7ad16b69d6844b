// What one has written is changed, in Chromium: by menu and keyboard, seen by others, without the box, by two at once.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { launch, skip } from './harness/chromium.js'
import { holdBack } from './harness/holdBack.js'
import { untilKept } from './harness/kept.js'
import { look } from './harness/look.js'
import { Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'

describe('edits in Chromium', { skip }, () => {
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

  chapter('a word is put right by the menu, and everybody sees that it was', async () => {
    await ada.say('Diner is at seven')
    await ada.composer().fill('A draft that waits')
    await edit('Diner is at seven')
    assert.equal(await ada.composer().inputValue(), 'Diner is at seven')
    await look(ada.page, 'edit')
    await ada.composer().fill('Dinner is at seven')
    await ada.composer().press('Enter')
    await edited(ada, 'Dinner is at seven')
    assert.equal(
      await ada.composer().inputValue(),
      'A draft that waits',
      'what stood there stands there again',
    )
    await edited(grace, 'Dinner is at seven')
    assert.equal(await grace.page.getByText('Diner').count(), 0, 'in the list neither')
    await grace.chatRow('Everybody').getByText('Dinner is at seven').waitFor()
    await look(grace.page, 'edited')
    await ada.composer().fill('')
  })

  chapter('others’ words have no such way, and Esc leaves one’s own as they were', async () => {
    await openMenu(of(grace), 'Dinner is at seven')
    await grace.page.getByRole('menuitem', { name: 'Copy the text' }).waitFor()
    assert.equal(await grace.page.getByRole('menuitem', { name: 'Edit' }).count(), 0)
    await grace.page.keyboard.press('Escape')
    // By the keyboard alone: up to the message, its menu, its item.
    await ada.composer().press('ArrowUp')
    await ada.page.keyboard.press('Enter')
    await ada.page.getByRole('menu').waitFor()
    await ada.page.keyboard.press('e')
    await ada.page.keyboard.press('Enter')
    await ada.page.getByText('Changing what you wrote').waitFor()
    assert.ok(await ada.composer().evaluate((field) => field === document.activeElement))
    await ada.composer().fill('Never mind')
    await ada.composer().press('Escape')
    await ada.page.getByText('Changing what you wrote').waitFor({ state: 'detached' })
    assert.equal(await ada.composer().inputValue(), '')
    await edited(ada, 'Dinner is at seven')
  })

  chapter('nothing is no message', async () => {
    await edit('Dinner is at seven')
    await ada.composer().fill('  ')
    assert.ok(await ada.page.getByRole('button', { name: 'Save the change' }).isDisabled())
    await ada.page.getByRole('button', { name: 'Leave it as it was' }).click()
  })

  chapter('a page of history and a search that cross an edit have it', async () => {
    await grace.page.goto('/me')
    await grace.chatRow('Everybody').waitFor()
    await grace.page.goto('/search')
    const release = await holdBack(grace.page, '/api/search?')
    await grace.page.getByRole('searchbox', { name: 'Search the messages' }).fill('seven')
    await grace.page.waitForFunction(() => window.held)
    await change('Dinner is at seven', 'Dinner is at eight, and not at seven')
    await ada.say('Then it is so')
    await grace.page.locator('nav a.row', { hasText: 'Then it is so' }).waitFor()
    await release()
    await grace.page.locator('a.hit', { hasText: 'eight' }).waitFor()
    await change('Dinner is at eight', 'Dinner is at nine, and not at seven')
    await grace.page.locator('a.hit', { hasText: 'nine' }).waitFor()
    await grace.openRoom('Everybody')
    await edited(grace, 'Dinner is at nine')
  })

  chapter(
    'without the box it is shown as waiting, outlives a reload, and is done when the box is there',
    async () => {
      // The page keeps what it has seen every few seconds.
      await untilKept(ada.page, 'Then it is so')
      await porch.end()
      await edit('Then it is so')
      await ada.composer().fill('Then so it is')
      await ada.composer().press('Enter')
      await ada.message('Then so it is').getByText('Waiting to be sent').waitFor({ state: 'attached' })
      await look(ada.page, 'edit-waits')
      await untilKept(ada.page, 'command/')
      await ada.page.reload()
      await ada.message('Then so it is').getByText('Waiting to be sent').waitFor({ state: 'attached' })
      await porch.restart()
      await edited(grace, 'Then so it is')
      await ada.message('Then so it is').getByText('Sent').waitFor({ state: 'attached' })
    },
  )

  chapter('who changes what is deleted meanwhile is let out of it', async () => {
    const twin = await ada.context.newPage()
    await ada.say('Soon gone')
    await edit('Soon gone')
    await twin.goto(ada.page.url())
    const there = { page: twin, message: (text) => twin.locator('article', { hasText: text }).last() }
    await openMenu(there, 'Soon gone')
    await twin.getByRole('menuitem', { name: 'Delete' }).click()
    await twin.getByRole('button', { name: 'Delete', exact: true }).click()
    await ada.page.getByText('Changing what you wrote').waitFor({ state: 'detached' })
    await twin.close()
  })

  chapter('it is all there after a restart, small, dark and in Chinese', async () => {
    await porch.killAndRestart()
    await edited(grace, 'Dinner is at nine')
    await grace.page.setViewportSize({ width: 360, height: 740 })
    await grace.page.emulateMedia({ colorScheme: 'dark' })
    await grace.page.evaluate(() => localStorage.setItem('porch.language', 'zh'))
    await grace.page.reload()
    await grace.message('Dinner is at nine').getByText('已编辑').waitFor()
    await look(grace.page, 'zh-dark-edited')
    await ada.page.setViewportSize({ width: 360, height: 740 })
    await ada.page.evaluate(() => localStorage.setItem('porch.language', 'zh'))
    await ada.page.reload()
    await ada.message('Then so it is').click({ button: 'right' })
    await ada.page.getByRole('menuitem', { name: '编辑' }).click()
    await ada.page.getByText('正在修改你写的消息').waitFor()
    await look(ada.page, 'zh-edit')
  })

  chapter('nothing went wrong on either page', async () => {
    for (const person of [ada, grace]) person.forgive(/ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|WebSocket/)
    await ada.leave()
    await grace.leave()
  })

  const of = (person) => ({ page: person.page, message: (text) => person.message(text) })

  async function openMenu({ page, message }, text) {
    await message(text).hover()
    await message(text).getByRole('button', { name: 'What to do with this message' }).click()
    await page.getByRole('menu').waitFor()
  }

  async function edit(text) {
    await openMenu(of(ada), text)
    await ada.page.getByRole('menuitem', { name: 'Edit' }).click()
    await ada.page.getByText('Changing what you wrote').waitFor()
  }

  async function change(text, into) {
    await edit(text)
    await ada.composer().fill(into)
    await ada.composer().press('Enter')
    await edited(ada, into)
  }

  /** This message stands there, and it is said that it was changed. */
  const edited = (person, text) => person.message(text).locator('.edited').waitFor()
})
