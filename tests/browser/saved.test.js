// What one keeps for oneself, in Chromium: by the menu of a message, as notes, and seen by nobody else.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { launch, skip } from './harness/chromium.js'
import { look } from './harness/look.js'
import { Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'

describe('saved messages in Chromium', { skip }, () => {
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

  async function item(person, text, name) {
    const row = person.message(text)
    await row.hover()
    await row.getByRole('button', { name: 'What to do with this message' }).click()
    await person.page.getByRole('menuitem', { name, exact: true }).click()
  }

  chapter('a message is saved by its menu, and the room for it is made with the first', async () => {
    await grace.say('The key is under the mat')
    await item(ada, 'The key is under the mat', 'Add to Saved messages')
    await ada.page.getByRole('link', { name: 'Go there' }).click()
    await ada.page.getByRole('heading', { name: 'Saved messages' }).waitFor()
    await ada.message('The key is under the mat').locator('.forwarded').waitFor()
    await ada.chatRow('Saved messages').waitFor()
    assert.equal(await ada.chatRow('Saved messages').getByText('Here now').count(), 0)
    await look(ada.page, 'saved')
    assert.equal(await grace.chatRow('Saved messages').count(), 0)
  })

  chapter('notes are written there, and never count as unread', async () => {
    await ada.say('Buy oil for the hinge')
    const twin = await ada.context.newPage()
    await twin.goto('/')
    const row = twin.locator('a.row', { hasText: 'Saved messages' })
    await row.getByText('Buy oil for the hinge').waitFor()
    // A page opens with what it has kept, and hears the rest at once.
    await row.locator('.badge').waitFor({ state: 'detached' })
    await twin.close()
    await ada.page.getByRole('link', { name: 'Room details' }).last().click()
    await ada.page.getByText('Only you see it').waitFor()
    assert.equal(await ada.page.getByRole('group', { name: 'Notify me of' }).count(), 0)
    await look(ada.page, 'saved-details')
    await ada.openRoom('Everybody')
  })

  chapter('others have theirs, by the switcher before anything is in it', async () => {
    await grace.page.keyboard.press('Control+k')
    await grace.page.getByRole('combobox').fill('saved')
    await grace.page.getByRole('option', { name: 'Saved messages' }).click()
    await grace.page.getByText('Keep here what you want to find again').waitFor()
    await look(grace.page, 'saved-empty')
    await grace.say('Only mine')
    assert.equal(await ada.page.getByText('Only mine').count(), 0)
  })

  chapter('what is searched for is found there', async () => {
    await ada.search('hinge')
    await ada.page.locator('a.hit', { hasText: 'Saved messages' }).waitFor()
    await look(ada.page, 'saved-found')
  })

  chapter('it is there after a restart, small, dark and in Chinese', async () => {
    await porch.killAndRestart()
    await ada.page.setViewportSize({ width: 360, height: 740 })
    await ada.page.emulateMedia({ colorScheme: 'dark' })
    await ada.page.evaluate(() => localStorage.setItem('porch.language', 'zh'))
    await ada.page.goto('/')
    await ada.chatRow('我的收藏').click()
    await ada.message('Buy oil for the hinge').waitFor()
    await look(ada.page, 'zh-dark-saved')
  })

  chapter('nothing went wrong on either page', async () => {
    await ada.leave()
    await grace.leave()
  })
})
