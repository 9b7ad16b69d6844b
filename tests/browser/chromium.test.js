// Two people and a porch, in Chromium: everything a person does, on every screen, as it ships.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { devices, launch, skip } from './harness/chromium.js'
import { findings, look, WIDEST } from './harness/look.js'
import { Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'

/** What is read out of Ada's message when the keyboard comes to it: whose, what, when, and that it was sent. */
const SOUP = /^You: Soup at seven\., .*\d.*, Sent$/

describe('two people in Chromium', { skip }, () => {
  let porch, browser, ada, grace
  const chapter = story(() => [ada, grace].filter(Boolean).map((person) => person.page))

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch)
  })

  after(async () => {
    await browser?.close()
    await porch?.stop()
  })

  test('a browser that does not trust the CA refuses the box', async () => {
    const stranger = await launch(porch, { trusts: false })
    try {
      const page = await stranger.newPage()
      await assert.rejects(page.goto(porch.url()), /ERR_CERT_AUTHORITY_INVALID/)
    } finally {
      await stranger.close()
    }
  })

  test('axe catches a page that nobody could use', async () => {
    const page = await browser.newPage()
    await page.setContent('<input><img src="x">')
    assert.ok((await findings(page)).length >= 3)
    await page.close()
  })

  chapter('the first to join owns the box', async () => {
    ada = await Person.at(browser, porch, 'Ada')
    await ada.page.getByText('The first to join becomes the owner').waitFor()
    await look(ada.page, 'welcome')
    await ada.page.goto('/join')
    await look(ada.page, 'join')
    await ada.page.goto('/')
    await ada.join()
    await look(ada.page, 'chats-empty')
    await ada.page.goto('/me')
    await ada.page.getByText('Owner of the box').first().waitFor()
  })

  chapter('a taken name and a wrong password are refused in words', async () => {
    const stranger = await Person.at(browser, porch, 'ａｄａ')
    await stranger.fillIn('/join')
    await stranger.page.getByText('Somebody here already has this name').waitFor()
    await stranger.fillIn('/sign-in', 'wrong horse battery')
    await stranger.page.getByText('The name or the password is not right.').waitFor()
    await look(stranger.page, 'sign-in-refused')
    await stranger.leave()
  })

  chapter('whoever arrives is seen at once, with their picture', async () => {
    await ada.choosePicture(20, () => look(ada.page, 'crop', WIDEST))
    await ada.page.goto('/people')
    await ada.page.getByText('1 person is here now').waitFor()
    grace = await Person.at(browser, porch, 'Grace 葛')
    await grace.join()
    await ada.page.getByText('2 people are here now').waitFor()
    await grace.choosePicture(200)
    await pictureOf(ada.page, 'Grace 葛')
    await grace.page.goto('/people')
    await pictureOf(grace.page, 'Ada')
    await look(grace.page, 'people')
  })

  chapter('both talk in the room for everybody, and see who is typing', async () => {
    await ada.openRoom('Everybody')
    await grace.openRoom('Everybody')
    await look(ada.page, 'conversation-empty')
    await ada.say('Good evening. Who is cooking?')
    await grace.message('Who is cooking?').waitFor()
    await grace.composer().pressSequentially('Me: ')
    await ada.page.getByText('Grace 葛 is typing…').waitFor()
    await grace.say('我们明天去爬山，今晚我做饭')
    await ada.message('我们明天去爬山').waitFor()
    await ada.page.getByText('is typing…').waitFor({ state: 'detached' })
    await grace.say('https://porch.local/ is where the list is')
    await ada.say('🎉')
    await grace.message('🎉').waitFor()
    assert.deepEqual(await texts(ada.page), await texts(grace.page), 'the order is the same for both')
    await look(ada.page, 'conversation')
  })

  chapter('two talk in private, and what waits to be read is counted', async () => {
    await grace.openRoom('Everybody')
    await ada.page.getByRole('link', { name: 'People' }).click()
    await ada.page.locator('a.row', { hasText: 'Grace' }).click()
    await look(ada.page, 'profile')
    await ada.page.getByRole('button', { name: 'Message' }).click()
    await ada.say('Only for you: the cake is in the cellar.')
    await ada.say('Second shelf.')
    await grace.chatRow('Ada').getByText('2 unread').waitFor()
    await grace.openRoom('Ada')
    await grace.message('Second shelf.').waitFor()
    await grace.chatRow('Ada').getByText('2 unread').waitFor({ state: 'detached' })
    await grace.say('Found it.')
    await ada.message('Found it.').waitFor()
    await look(ada.page, 'direct')
  })

  chapter('a room is made for some, and others do not see it', async () => {
    const noether = await Person.at(browser, porch, 'Noether')
    await noether.join()
    await ada.page.getByRole('link', { name: /^Chats/ }).click()
    await ada.page.getByRole('link', { name: 'New chat or room' }).click()
    await look(ada.page, 'new-chat')
    await ada.page.getByRole('link', { name: 'New room' }).click()
    await ada.page.getByLabel('Name of the room').waitFor()
    await look(ada.page, 'new-room')
    await ada.page.getByLabel('Name of the room').fill('Kitchen')
    await ada.page.getByRole('radio', { name: /^Only who is added/ }).check()
    await ada.page.getByRole('checkbox', { name: 'Grace 葛' }).check()
    await ada.page.getByRole('button', { name: 'Create the room' }).click()
    await ada.say('Soup at seven.')
    await grace.openRoom('Kitchen')
    await grace.message('Soup at seven.').waitFor()
    await look(grace.page, 'room')
    await grace.page.getByRole('link', { name: 'Room details' }).last().click()
    await grace.page.getByRole('heading', { name: '2 members' }).waitFor()
    await look(grace.page, 'details')
    await noether.page.getByRole('heading', { name: 'Chats' }).waitFor()
    assert.equal(await noether.chatRow('Kitchen').count(), 0)
    await noether.search('soup')
    await noether.page.getByText('Nothing found').first().waitFor()
    await noether.leave()
    await ada.page.goto('/people')
    await ada.page.getByText('2 people are here now').waitFor()
  })

  chapter('after a reload everything is there again', async () => {
    await grace.openRoom('Everybody')
    const before = await texts(grace.page)
    await grace.page.reload()
    await grace.message('🎉').waitFor()
    assert.deepEqual(await texts(grace.page), before)
    for (const title of ['Everybody', 'Kitchen', 'Ada']) await grace.chatRow(title).waitFor()
    await grace.openRoom('Ada')
    await grace.message('Found it.').waitFor()
  })

  chapter('two Chinese characters find a message, and lead to it', async () => {
    await grace.openRoom('Everybody')
    for (let line = 1; line <= 30; line++) await grace.say(`Line ${line}\nof a long\nconversation`)
    await ada.search('爬山')
    const hit = ada.page.locator('a.hit')
    await hit.waitFor()
    assert.deepEqual(await hit.locator('mark').allTextContents(), ['爬山'])
    await look(ada.page, 'search')
    await hit.click()
    const found = ada.message('我们明天去爬山')
    await found.waitFor()
    await ada.page.waitForFunction(
      (element) => element.classList.contains('flash'),
      await found.elementHandle(),
    )
    assert.ok(await inSight(found), 'the message that was found is in sight')
    assert.ok(!(await inSight(ada.message('Line'))), 'and the newest is not')
    await ada.page.getByRole('button', { name: /^To the latest message/ }).click()
    await ada.page.waitForFunction(isAtEnd)
  })

  chapter('a conversation opens at its end, and older messages come while scrolling up', async () => {
    await ada.openRoom('Kitchen')
    await ada.openRoom('Everybody')
    await ada.message('Line 30').waitFor()
    await ada.page.waitForFunction(isAtEnd)
    await ada.page.locator('article').last().hover()
    await ada.page.mouse.wheel(0, -20_000)
    await ada.page.getByText('This is where it begins.').waitFor()
  })

  chapter(
    'what is written while the box is away outlives a reload, and is sent when it is back',
    async () => {
      await grace.openRoom('Everybody')
      await porch.end()
      await grace.composer().fill('Written in the dark')
      await grace.composer().press('Enter')
      await grace.message('Written in the dark').getByText('Waiting to be sent').waitFor()
      await grace.page.getByText(/^(Reconnecting…|Offline\.)/).waitFor()
      await look(grace.page, 'offline')
      await grace.page.reload()
      await grace.message('Written in the dark').getByText('Waiting to be sent').waitFor()
      await grace.page.getByRole('link', { name: 'Room details' }).last().click()
      await grace.page.getByText('The members could not be loaded.').waitFor()
      await porch.restart()
      // By itself.
      await grace.page.getByRole('complementary').getByRole('link', { name: /^Ada/ }).waitFor()
      await grace.page.getByText('The members could not be loaded.').waitFor({ state: 'detached' })
      await grace.message('Written in the dark').locator('.state', { hasText: /Sent/ }).waitFor()
      await ada.message('Written in the dark').waitFor()
      assert.equal(await ada.page.getByText('Written in the dark').and(ada.page.locator('.body')).count(), 1)
    },
  )

  chapter('the page works by keyboard', async () => {
    const { page } = ada
    await page.goto('/')
    await page.getByRole('heading', { name: 'Chats' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').waitFor()
    await look(page, 'switcher')
    await page.keyboard.type('kit')
    await page.keyboard.press('Enter')
    await ada.composer().waitFor()
    assert.ok(await ada.composer().evaluate((element) => element === document.activeElement))
    await page.keyboard.press('ArrowUp')
    await page.waitForFunction(() => document.activeElement?.matches('article'))
    await page.getByRole('article', { name: SOUP }).and(page.locator(':focus')).waitFor()
    assert.equal(
      await page.getByRole('article', { name: SOUP }).count(),
      1,
      'the others are read as they stand',
    )
    await page.keyboard.press('Shift+F10')
    await page.getByRole('menu').waitFor()
    await look(page, 'message-menu', WIDEST)
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await look(page, 'keys')
    await page.keyboard.press('Escape')
  })

  chapter('a second sign-in asks, and then tells the first place', async () => {
    const elsewhere = await Person.at(browser, porch, 'Ada')
    await elsewhere.fillIn('/sign-in')
    await elsewhere.page.getByRole('heading', { name: 'You are signed in elsewhere' }).waitFor()
    await look(elsewhere.page, 'use-here')
    await elsewhere.page.getByRole('button', { name: 'Use here' }).click()
    await elsewhere.page.getByRole('heading', { name: 'Chats' }).waitFor()
    await ada.page.getByRole('heading', { name: 'Signed in elsewhere' }).waitFor()
    await look(ada.page, 'taken-over')
    assert.equal(await ada.page.evaluate(async () => (await fetch('/api/me')).status), 401)
    await ada.leave()
    ada = elsewhere
  })

  chapter('a message is deleted for everyone, and no search finds it', async () => {
    await ada.openRoom('Kitchen')
    await ada.say('A secret ingredient')
    await grace.openRoom('Kitchen')
    await grace.message('A secret ingredient').waitFor()
    await ada.message('A secret ingredient').hover()
    await ada
      .message('A secret ingredient')
      .getByRole('button', { name: 'What to do with this message' })
      .click()
    await ada.page.getByRole('menuitem', { name: 'Delete' }).click()
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await grace.page.getByText('This message was deleted').waitFor()
    await grace.search('ingredient')
    await grace.page.getByText('Nothing found').first().waitFor()
    assert.equal(
      await grace.page.getByText(/\d unread/).count(),
      0,
      'what was read stays read after leaving the page',
    )
    await look(grace.page, 'search-nothing')
  })

  chapter('on a phone one thing is shown at a time, and a finger does all', async () => {
    const phone = await Person.at(browser, porch, 'Noether', devices['Pixel 7'])
    const { page } = phone
    await phone.fillIn('/sign-in')
    await page.getByRole('button', { name: 'Use here' }).tap()
    await phone.chatRow('Everybody').tap()
    assert.equal(await page.getByRole('heading', { name: 'Chats' }).count(), 0)
    await phone.composer().fill('From my phone')
    await phone.composer().press('Enter')
    assert.equal(await phone.composer().inputValue(), 'From my phone\n', 'Enter is a new line here')
    await page.getByRole('button', { name: 'Send' }).tap()
    await phone.message('From my phone').locator('.state', { hasText: /Sent/ }).waitFor()
    await ada.page.goto('/people')
    await ada.page.locator('a.row', { hasText: 'Noether' }).click()
    await ada.page.getByRole('button', { name: 'Message' }).click()
    await ada.say('Are you there?')
    await page.locator('main header .badge', { hasText: '1' }).waitFor()
    assert.deepEqual(await findings(page), [])
    await page.getByRole('button', { name: 'Back, 1 unread' }).tap()
    await page.getByRole('heading', { name: 'Chats' }).waitFor()
    await phone.leave()
  })

  chapter('a link to nowhere says so', async () => {
    await grace.page.goto('/nowhere')
    await grace.page.getByText('There is nothing here').waitFor()
    await look(grace.page, 'not-found')
  })

  chapter('settings change the language and the colours, everywhere and for good', async () => {
    const { page } = grace
    await page.goto('/me')
    await look(page, 'settings')
    await page.getByRole('radio', { name: 'Dark' }).check()
    await page.getByRole('radio', { name: '简体中文' }).check()
    await page.getByRole('heading', { name: '设置' }).waitFor()
    assert.equal(await page.locator('html').getAttribute('lang'), 'zh-Hans')
    await look(page, 'zh-dark-settings')
    for (const [name, path] of [
      ['chats', '/'],
      ['people', '/people'],
      ['search', '/search?q=爬山'],
      ['new-room', '/new-room'],
    ]) {
      await page.goto(path)
      await page.locator('h1').first().waitFor()
      await look(page, `zh-dark-${name}`)
    }
    await page.goto('/')
    await page.locator('a.row[href^="/r/"]').first().click()
    await page.locator('article').last().waitFor()
    await look(page, 'zh-dark-conversation')
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    assert.ok(brightness(ground) < 80, `the ground is dark: ${ground}`)
  })

  chapter('nothing went wrong on either page, and nobody else was asked', async () => {
    await ada.leave()
    await grace.leave()
  })
})

/** Waits until a person's own picture is drawn in their row. */
async function pictureOf(page, name) {
  const image = page.locator('a.row', { hasText: name }).locator('img')
  await image.waitFor()
  await page.waitForFunction(
    (element) => element.complete && element.naturalWidth > 0,
    await image.elementHandle(),
  )
}

/** The messages of the open room, in order. */
function texts(page) {
  return page.locator('article .body').allTextContents()
}

/** Whether an element lies within the window. */
function inSight(locator) {
  return locator.evaluate((element) => {
    const box = element.getBoundingClientRect()
    return box.bottom > 0 && box.top < innerHeight
  })
}

/** In the page: whether the timeline stands at its end. */
function isAtEnd() {
  const last = [...document.querySelectorAll('article')].at(-1)
  let list = last
  while (list && list.scrollHeight <= list.clientHeight + 1) list = list.parentElement
  return list !== null && list.scrollHeight - list.scrollTop - list.clientHeight < 2
}

/** Of a CSS colour as computed, 0 to 255. */
function brightness(colour) {
  const numbers = colour.match(/[\d.]+/g).map(Number)
  const scale = colour.startsWith('rgb') ? 1 : 255
  return scale * (colour.startsWith('rgb') ? (numbers[0] + numbers[1] + numbers[2]) / 3 : numbers[0])
}
