// Emoji in Chromium: picked by mouse, keys and touch, found by words of two languages, named behind a colon.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { launch, skip } from './harness/chromium.js'
import { untilKept } from './harness/kept.js'
import { look } from './harness/look.js'
import { Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'

describe('emoji in Chromium', { skip }, () => {
  let porch, browser, ada
  const chapter = story(() => [ada].filter(Boolean).map((person) => person.page))

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch)
    ada = await Person.at(browser, porch, 'Ada')
    await ada.join()
    await ada.openRoom('Everybody')
  })

  after(async () => {
    await browser?.close()
    await porch?.stop()
  })

  const button = (name = 'Emoji') => ada.page.getByRole('button', { name, exact: true })
  const picker = (name = 'Emoji') => ada.page.getByRole('dialog', { name, exact: true })
  const field = (name = 'Search emoji') => ada.page.getByRole('searchbox', { name })
  const cell = (name) => picker().getByRole('gridcell', { name, exact: true }).first()
  const cells = () => ada.page.locator('.picker [data-at]')
  const options = () => ada.page.getByRole('listbox', { name: 'Emoji for what you type' }).getByRole('option')
  const written = () => ada.composer().inputValue()
  const write = (text) => ada.composer().pressSequentially(text)
  const press = (key) => ada.page.keyboard.press(key)
  const focused = () => ada.page.evaluate(() => document.activeElement?.ariaLabel ?? '')

  async function openPicker() {
    await button().click()
    await cells().first().waitFor()
  }

  async function find(words, first) {
    await field().fill(words)
    await picker().locator(`[data-at="0"][aria-label="${first}"]`).waitFor()
  }

  chapter(
    'picked by mouse, an emoji comes to the caret in the middle of a text, and can be undone',
    async () => {
      await write('Hello there')
      for (let i = 0; i < 6; i++) await press('ArrowLeft')
      await openPicker()
      assert.equal(await focused(), 'Search emoji', 'a keyboard searches at once')
      await look(ada.page, 'emoji')
      await cell('grinning face').hover()
      await picker().locator('.looked', { hasText: 'grinning face' }).waitFor()
      await cell('grinning face').click()
      await picker().waitFor({ state: 'hidden' })
      assert.equal(await written(), 'Hello😀 there')
      assert.equal(await focused(), 'Message to Everybody')
      await write('!')
      assert.equal(await written(), 'Hello😀! there', 'the caret is behind it')
      await press('Control+z')
      await press('Control+z')
      assert.equal(await written(), 'Hello there')
      await ada.composer().fill('')
    },
  )

  chapter('by keys alone: opened, found, walked over and picked', async () => {
    await ada.composer().focus()
    await press('Shift+Tab')
    assert.equal(await focused(), 'Emoji')
    await press('Enter')
    await cells().first().waitFor()
    await ada.page.keyboard.type('smile')
    await ada.page
      .getByRole('status')
      .getByText(/^\d+ results$/)
      .waitFor({ state: 'attached' })
    await look(ada.page, 'emoji-found')
    await press('Enter')
    await picker().waitFor({ state: 'hidden' })
    assert.match(await written(), /^\p{Emoji}$/u)

    await openPicker()
    await press('ArrowDown')
    await press('ArrowDown')
    await press('ArrowRight')
    const walked = await focused()
    assert.notEqual(walked, 'Search emoji')
    await press('ArrowLeft')
    assert.notEqual(await focused(), walked)
    await press('Control+End')
    assert.equal(await focused(), 'flag: Wales', 'all of them are a key away, drawn or not')
    await press('Control+Home')
    await press('ArrowUp')
    assert.equal(await focused(), 'Search emoji')
    await press('ArrowDown')
    await ada.page.keyboard.type('ro')
    assert.equal(await field().inputValue(), 'ro', 'letters go on searching')
    await press('Escape')
    await picker().waitFor({ state: 'hidden' })
    assert.equal(await focused(), 'Message to Everybody')
    await ada.composer().fill('')
  })

  chapter('one letter or character is enough, in either language', async () => {
    await openPicker()
    await field().fill('s')
    await cells().first().waitFor()
    assert.ok((await cells().count()) < 200, 'only what is in sight is drawn')
    await find('笑', 'rolling on the floor laughing')
    await find('大笑', 'grinning face with smiling eyes')
    await find('rocket', 'rocket')
    await field().fill('qqqq')
    await picker().getByText('No emoji by that word.').waitFor()
    await find('rocket', 'rocket')
    await press('Enter')
    assert.equal(await written(), '🚀')
    await ada.composer().fill('')
  })

  chapter('kinds lead to their emoji, and Shift picks several', async () => {
    await openPicker()
    await picker().getByRole('button', { name: 'Food and drink' }).click()
    await cell('grapes').waitFor()
    await cell('grapes').click({ modifiers: ['Shift'] })
    await cell('melon').click({ modifiers: ['Shift'] })
    assert.equal(await written(), '🍇🍈')
    await cell('banana').click()
    await picker().waitFor({ state: 'hidden' })
    assert.equal(await written(), '🍇🍈🍌')
    await openPicker()
    await button().click()
    await picker().waitFor({ state: 'hidden' })
    await ada.composer().fill('')
  })

  chapter('a skin tone is chosen once, and what was used last is there after a reload', async () => {
    await openPicker()
    await picker().getByRole('radio', { name: 'Medium-dark skin tone' }).check({ force: true })
    await find('thumbs up', 'thumbs up')
    await press('Enter')
    assert.equal(await written(), '👍🏾')
    await press('Enter')
    await ada.page.locator('article .large, article .big', { hasText: '👍🏾' }).first().waitFor()
    await untilKept(ada.page, '👍🏾')
    await ada.page.reload()
    await openPicker()
    const heads = await picker().getByRole('rowheader').allTextContents()
    assert.equal(heads[0], 'Recently used')
    assert.equal(await cells().first().textContent(), '👍🏾')
    assert.equal(await cells().nth(1).textContent(), '🍌')
    await look(ada.page, 'emoji-recent')
    await press('Escape')
  })

  chapter('behind a colon emoji are offered by name', async () => {
    await write('Well :smi')
    await options().first().waitFor()
    await look(ada.page, 'emoji-named')
    const first = await options().first().locator('.emoji').textContent()
    await press('Enter')
    assert.equal(await written(), `Well ${first} `)
    await press('Control+z')
    assert.equal(await written(), 'Well :smi')
    await press('Control+y')
    await write(':tada')
    await options().first().waitFor()
    await press('Tab')
    assert.equal(await written(), `Well ${first} 🎉 `)
    await write(':ro')
    await options().first().waitFor()
    await press('Escape')
    assert.equal(await options().count(), 0)
    await ada.composer().fill('')
  })

  chapter('times, addresses and faces of signs are left alone', async () => {
    await write('http: at 12:30 a:b :) ')
    assert.equal(await options().count(), 0)
    await write(':D')
    await options().first().waitFor()
    await press('Enter')
    await ada.message('http: at 12:30 a:b :) :D').waitFor()
    await write(':D')
    await options().first().waitFor()
    await press('ArrowDown')
    await press('Enter')
    assert.match(await written(), /^\p{Emoji} $/u, 'an arrow chooses')
    await ada.composer().fill('')
  })

  chapter('in Chinese, dark and on a phone', async () => {
    await ada.page.setViewportSize({ width: 360, height: 740 })
    await ada.page.emulateMedia({ colorScheme: 'dark' })
    await ada.page.evaluate(() => localStorage.setItem('porch.language', 'zh'))
    await ada.page.reload()
    await button('表情').click()
    await cells().first().waitFor()
    await look(ada.page, 'zh-dark-emoji')
    await ada.page.setViewportSize({ width: 360, height: 740 })
    await field('搜索表情').fill('笑')
    await ada.page.locator('.picker [data-at="0"]').waitFor()
    await field('搜索表情').fill('daxiao')
    await ada.page.locator('.picker [data-at="0"][aria-label="大笑"]').waitFor()
    await press('Enter')
    await picker('表情').waitFor({ state: 'hidden' })
    const composer = ada.page.locator('.composer textarea')
    assert.equal(await composer.inputValue(), '😄')
    await composer.pressSequentially(' :苹果')
    await ada.page.getByRole('listbox', { name: '与输入相符的表情' }).getByRole('option').first().waitFor()
    await look(ada.page, 'zh-dark-emoji-named')
    await press('Enter')
    assert.match(await composer.inputValue(), /^😄 🍎|🍏 $/u)
    await composer.fill('')
  })

  chapter('what was used goes with the account', async () => {
    const keys = () => ada.page.evaluate(() => Object.keys(localStorage).filter((key) => /emoji/.test(key)))
    await ada.page.evaluate(() => localStorage.setItem('porch.language', 'en'))
    await ada.page.setViewportSize({ width: 1280, height: 800 })
    await ada.page.goto('/me')
    assert.equal((await keys()).length, 1)
    await ada.page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click()
    await ada.page.getByRole('heading', { name: 'Welcome to porch' }).waitFor()
    assert.deepEqual(await keys(), [])
  })

  chapter('nothing went wrong on any page', async () => {
    await ada.leave()
  })
})

describe('emoji by touch in Chromium', { skip }, () => {
  let porch, browser, bo
  const chapter = story(() => [bo].filter(Boolean).map((person) => person.page))

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch)
    bo = await Person.at(browser, porch, 'Bo', {
      viewport: { width: 360, height: 740 },
      hasTouch: true,
      isMobile: true,
    })
    await bo.join()
    await bo.openRoom('Everybody')
  })

  after(async () => {
    await browser?.close()
    await porch?.stop()
  })

  chapter('a sheet comes from below, and no keyboard with it', async () => {
    await bo.page.getByRole('button', { name: 'Emoji', exact: true }).tap()
    const picker = bo.page.getByRole('dialog', { name: 'Emoji', exact: true })
    await picker.getByRole('gridcell').first().waitFor()
    const focus = await bo.page.evaluate(() => document.activeElement?.tagName)
    assert.notEqual(focus, 'INPUT')
    const box = await picker.boundingBox()
    assert.equal(Math.round(box.x), 0)
    assert.equal(Math.round(box.width), 360)
    assert.equal(Math.round(box.y + box.height), 740)
    const small = await picker.locator('button, label').evaluateAll((all) =>
      all
        .map((one) => one.getBoundingClientRect())
        .filter(({ width, height }) => width < 42 || height < 43.9)
        .map(({ width, height }) => `${width} x ${height}`),
    )
    assert.deepEqual(small, [])
    await look(bo.page, 'touch-emoji', [{ width: 360, height: 740 }])
    await picker.getByRole('gridcell', { name: 'grinning face', exact: true }).tap()
    await picker.waitFor({ state: 'hidden' })
    assert.equal(await bo.composer().inputValue(), '😀')
  })

  chapter('nothing went wrong on any page', async () => {
    await bo.leave()
  })
})
