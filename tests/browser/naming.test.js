// Somebody is named behind an `@`, in Chromium: by keys, by a press, by pinyin; and mail is left alone.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { launch, skip } from './harness/chromium.js'
import { look } from './harness/look.js'
import { Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'

describe('naming in Chromium', { skip }, () => {
  let porch, browser, ada, grace, bo
  const chapter = story(() => [ada].filter(Boolean).map((person) => person.page))

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch)
    ada = await Person.at(browser, porch, 'Ada')
    await ada.join()
    grace = await Person.at(browser, porch, 'Grace 葛')
    await grace.join()
    bo = await Person.at(browser, porch, 'Bo')
    await bo.join()
    await bo.openRoom('Everybody')
    await bo.say('I am here')
    await ada.openRoom('Everybody')
    await ada.message('I am here').waitFor()
  })

  after(async () => {
    await browser?.close()
    await porch?.stop()
  })

  const options = () => ada.page.getByRole('listbox', { name: 'Name somebody' }).getByRole('option')
  const names = async () => {
    await options().first().waitFor()
    return options().allTextContents()
  }
  const write = (text) => ada.composer().pressSequentially(text)
  const written = () => ada.composer().inputValue()

  chapter('who has written last stands first, and letters choose', async () => {
    await write('Ask @')
    assert.deepEqual(
      (await names()).map((name) => name.trim()),
      ['B Bo', 'G Grace 葛', 'everyone All who are in this room'],
    )
    await look(ada.page, 'naming')
    await write('gra')
    await options().nth(1).waitFor({ state: 'detached' })
    assert.match((await names())[0], /Grace 葛/)
    const active = await ada.composer().getAttribute('aria-activedescendant')
    assert.match(await ada.page.locator(`[id="${active}"]`).textContent(), /Grace/)
    await ada.composer().press('Enter')
    assert.equal(await written(), 'Ask @Grace 葛 ', 'nothing was sent')
    assert.equal(await options().count(), 0)
    await ada.composer().press('Control+z')
    assert.equal(await written(), 'Ask @gra', 'undone at once')
    await ada.composer().press('Control+y')
  })

  chapter('the arrows go round, Tab takes, and the message is sent by the next Enter', async () => {
    await write('and @')
    await options().first().waitFor()
    await ada.composer().press('ArrowUp')
    await ada.composer().press('ArrowDown')
    await ada.composer().press('ArrowDown')
    await ada.composer().press('Tab')
    assert.equal(await written(), 'Ask @Grace 葛 and @Grace 葛 ')
    await ada.composer().press('Enter')
    await ada.message('Ask @Grace 葛 and @Grace 葛').waitFor()
  })

  chapter('whom a message calls is seen in it, by those who are called as theirs', async () => {
    const calls = (person) => person.message('Ask @Grace 葛 and @Grace 葛').locator('.mention')
    await calls(ada).nth(1).waitFor()
    assert.deepEqual(await calls(ada).allTextContents(), ['@Grace 葛', '@Grace 葛'])
    assert.equal(await ada.page.locator('.mention.mine').count(), 0)
    await grace.openRoom('Everybody')
    await calls(grace).nth(1).waitFor()
    assert.equal(await grace.page.locator('.mention.mine').count(), 2)
    await look(grace.page, 'naming-called')
  })

  chapter('everyone is called by who owns the room, and by nobody else', async () => {
    await write('@every')
    await options().first().waitFor()
    await ada.composer().press('Enter')
    await write('come')
    await ada.composer().press('Enter')
    await bo.message('@everyone come').locator('.mention.mine').waitFor()
    await bo.composer().pressSequentially('@every')
    assert.equal(await bo.page.getByRole('option').count(), 0)
    await bo.composer().pressSequentially('one too')
    await bo.composer().press('Enter')
    await ada.message('@everyone too').waitFor()
    assert.equal(await ada.message('@everyone too').locator('.mention').count(), 0)
  })

  chapter('a name is found by how it is read, and taken by a press', async () => {
    await write('问@ge')
    await options().first().waitFor()
    await options().first().click()
    assert.equal(await written(), '问@Grace 葛 ')
    assert.ok(await ada.composer().evaluate((field) => field === document.activeElement))
  })

  chapter('Esc leaves it as it stands, and an address of mail is none', async () => {
    await ada.composer().fill('')
    await write('@bo')
    await options().first().waitFor()
    await ada.composer().press('Escape')
    assert.equal(await options().count(), 0)
    await write(' and ada@bo')
    assert.equal(await options().count(), 0)
    assert.equal(await written(), '@bo and ada@bo')
    await ada.composer().press('Enter')
    await ada.message('@bo and ada@bo').waitFor()
  })

  chapter('on a phone, dark and in Chinese', async () => {
    await ada.page.setViewportSize({ width: 360, height: 740 })
    await ada.page.emulateMedia({ colorScheme: 'dark' })
    await ada.page.evaluate(() => localStorage.setItem('porch.language', 'zh'))
    await ada.page.reload()
    await ada.page.locator('.composer textarea').pressSequentially('@')
    await ada.page.getByRole('listbox', { name: '提到谁' }).getByRole('option').nth(1).waitFor()
    await look(ada.page, 'zh-dark-naming')
  })

  chapter('whoever was called finds where, under another name too', async () => {
    await grace.page.goto('/me')
    await grace.page.getByRole('button', { name: 'Change the name' }).click()
    await grace.page.getByLabel('Your name').fill('Hopper')
    await grace.page.getByLabel('Your name').press('Enter')
    await grace.page.getByText('Your name was changed').first().waitFor()
    await grace.page.goto('/search?q=mentions%3Ame')
    await grace.page.getByText('Ask @Grace 葛').waitFor()
    await grace.page.getByText('@everyone come').waitFor()
    await look(grace.page, 'naming-found')
  })

  chapter('nothing went wrong on any page', async () => {
    for (const person of [ada, grace, bo]) await person.leave()
  })
})
