// The first five minutes of a box, in Chromium: what its owner is shown, who hears of a second device, and how one finds
// a room to join.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { launch, skip } from './harness/chromium.js'
import { look, WIDEST } from './harness/look.js'
import { Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'

const FIREFOX_ON_WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0'
const CHROME_ON_ANDROID =
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36'
/** More than a window holds. */
const LINES = 25
const CHINESE = { locale: 'zh-CN', colorScheme: 'dark' }

describe('the first five minutes in Chromium', { skip }, () => {
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

  chapter('a new owner is shown what to do first, beside the room for everybody', async () => {
    ada = await Person.at(browser, porch, 'Ada')
    await ada.join()
    await steps(ada).waitFor()
    assert.deepEqual(await undone(ada), [
      'devices',
      'Let others in',
      'Print the poster',
      'Make the first room',
    ])
    const { page } = ada
    await page.locator('main').getByRole('heading', { name: 'Everybody' }).waitFor()
    assert.equal(await page.evaluate(() => location.pathname), '/', 'nothing was chosen')
    assert.equal(await page.locator('textarea:focus').count(), 0, 'and no focus was taken')
    await page.waitForFunction(() => document.title === 'Everybody · porch')
    await look(page, 'first-steps')
  })

  chapter('who chooses by keyboard is led to what it opens, and back', async () => {
    const { page } = ada
    for (const [link, heading] of [
      ['Let others in', 'Invite people'],
      ['Print the poster', 'This box'],
      ['Make the first room', 'New room'],
      ['New chat or room', 'New chat'],
      ['People', 'People'],
      [/^Ada/, 'Profile'],
      ['Settings', 'Settings'],
      ['Chats', 'Chats'],
    ]) {
      const chosen = page.locator('nav').getByRole('link', { name: link, exact: true }).first()
      await chosen.focus()
      await page.keyboard.press('Enter')
      await page.locator('h1:focus', { hasText: heading }).waitFor()
    }
    await ada.chatRow('Everybody').focus()
    await page.keyboard.press('Enter')
    await page.locator('textarea:focus').waitFor()
    const opener = page.getByRole('link', { name: 'Room details' }).last()
    await opener.focus()
    await page.keyboard.press('Enter')
    await page.locator('h1:focus', { hasText: 'Room details' }).waitFor()
    await page.keyboard.press('Escape')
    await opener.and(page.locator(':focus')).waitFor()
  })

  chapter('each step leads to its screen, and is ticked when it is done', async () => {
    const { page } = ada
    await steps(ada).getByRole('link', { name: 'Make the first room' }).click()
    await page.getByLabel('Name of the room').fill('Kitchen')
    await page.getByRole('button', { name: 'Create the room' }).click()
    await ada.say('Soup at seven.')
    await ada.say('Bring a bowl.')
    await done(ada, 'Make the first room')
    await steps(ada).getByRole('link', { name: 'Let others in' }).click()
    await page.getByRole('link', { name: 'Make an invite' }).click()
    await page.getByRole('radio', { name: /^Members/ }).check()
    await page.getByRole('button', { name: 'Make the invite' }).click()
    await ada.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    // There is no sheet for sharing on this system.
    await page.getByRole('button', { name: 'Copy as an invitation' }).click()
    await page.getByText('Copied').last().waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    assert.match(copied, /^You are invited to porch\. .+: http:\/\/\S+\/j\/[\w-]{22}$/)
    await done(ada, 'Let others in')
    await steps(ada).getByRole('link', { name: 'Print the poster' }).click()
    const [poster] = await Promise.all([
      ada.context.waitForEvent('page'),
      page.getByRole('link', { name: 'Open the poster' }).click(),
    ])
    await poster.close()
    await done(ada, 'Print the poster')
    await look(page, 'first-steps-done')
    await ada.openRoom('Kitchen')
    await page.locator('textarea:focus').waitFor()
    await page.keyboard.press('Alt+ArrowDown')
    await page.getByRole('textbox', { name: 'Message to Everybody' }).and(page.locator(':focus')).waitFor()
    await page.goto('/box')
  })

  chapter('the page is drawn once, with the chats in it, and not before they are known', async () => {
    const { page } = ada
    await ada.context.addInitScript(followLooks)
    const tab = await ada.context.newCDPSession(page)
    await tab.send('Storage.clearDataForOrigin', { origin: porch.url(), storageTypes: 'indexeddb' })
    await tab.detach()
    await page.reload()
    await ada.chatRow('Kitchen').waitFor()
    assert.deepEqual(await page.evaluate(() => window.looks), ['with chats'])
  })

  chapter('the owner chooses in plain words, and then nothing of it is left for ever', async () => {
    const { page } = ada
    await steps(ada).getByText('May people use phone and laptop at once?').waitFor()
    await steps(ada).getByRole('button', { name: 'Several devices' }).click()
    await steps(ada).waitFor({ state: 'detached' })
    await page.goto('/me')
    const several = page.getByRole('switch', { name: 'People may use phone and laptop at once' })
    await several.waitFor()
    assert.equal(await several.isChecked(), true)
    const chunks = watched(page, /FirstSteps/)
    await page.goto('/')
    await ada.chatRow('Kitchen').waitFor()
    await chunks.loaded
    assert.equal(await steps(ada).count(), 0)
  })

  chapter('a member is shown nothing of it, and reads an open room before joining it', async () => {
    const chunks = []
    grace = await Person.at(browser, porch, 'Grace')
    const { page } = grace
    page.on('request', (request) => chunks.push(request.url()))
    await grace.join()
    await page.getByText('Open rooms (1)').click()
    await look(page, 'open-rooms', WIDEST)
    await page.getByRole('link', { name: /^Kitchen/ }).click()
    await page.locator('article', { hasText: 'Soup at seven.' }).waitFor()
    assert.equal(await page.locator('article').count(), 2)
    assert.equal(await grace.composer().count(), 0, 'she is not in it yet')
    await look(page, 'room-preview')
    assert.deepEqual(await memberNames(ada), ['Ada'])
    await page.getByRole('button', { name: 'Join Kitchen' }).click()
    await grace.say('I bring two.')
    assert.equal(await page.getByText(/^Open rooms/).count(), 0, 'there is no other')
    assert.ok(!chunks.some((url) => /FirstSteps/.test(url)))
  })

  chapter('what is below the window in the room that opens by itself stays unread', async () => {
    const { page } = ada
    await page.goto('about:blank')
    await grace.openRoom('Everybody')
    for (let line = 1; line <= LINES; line++) await grace.say(`Line ${line}\nof a long\nconversation`)
    await page.goto('/')
    await ada.message('Line 1\n').waitFor()
    const left = ada.chatRow('Everybody').getByText(/^, \d+ unread$/)
    await page.waitForFunction((all) => {
      const told = /, (\d+) unread/.exec(document.querySelector('a.row[aria-current]')?.textContent ?? '')
      return told !== null && Number(told[1]) < all
    }, LINES)
    const unread = Number(/\d+/.exec(await left.textContent())[0])
    assert.ok(unread > 0 && unread < LINES, `${unread} of ${LINES} are still unread`)
  })

  chapter('a second device is told to the first, which can end it', async () => {
    const laptop = await Person.at(browser, porch, 'Ada', { userAgent: FIREFOX_ON_WINDOWS })
    await laptop.fillIn('/sign-in')
    await laptop.page.getByRole('heading', { name: 'Chats' }).waitFor()
    const { page } = ada
    await page.getByText('You also signed in on Firefox on Windows just now.').waitFor()
    assert.equal(await laptop.page.getByText('You also signed in').count(), 0)
    await look(page, 'new-place')
    await page.getByRole('button', { name: 'Sign out there' }).click()
    await laptop.page.getByRole('heading', { name: 'You are signed out' }).waitFor()
    await page.getByRole('link', { name: 'Change the password' }).waitFor()
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByText('That place is signed out.').waitFor({ state: 'detached' })
    await laptop.context.close()
  })

  chapter('who was away hears of it on coming back, once', async () => {
    const { page } = ada
    await page.goto('about:blank')
    const laptop = await Person.at(browser, porch, 'Ada', { userAgent: FIREFOX_ON_WINDOWS })
    await laptop.fillIn('/sign-in')
    await laptop.page.getByRole('heading', { name: 'Chats' }).waitFor()
    await page.goto('/')
    await page.getByText('You also signed in on Firefox on Windows just now.').waitFor()
    await page.reload()
    await ada.chatRow('Kitchen').waitFor()
    // A third place brings the list of places again: the second is not told once more.
    const phone = await Person.at(browser, porch, 'Ada', { userAgent: CHROME_ON_ANDROID })
    await phone.fillIn('/sign-in')
    await page.getByText('You also signed in on Chrome on Android just now.').waitFor()
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByText('You also signed in').waitFor({ state: 'detached' })
    await phone.leave()
    await laptop.leave()
  })

  chapter(
    'what is begun on one device goes on with on the other, and is gone there when it is sent',
    async () => {
      const { page } = ada
      const laptop = await Person.at(browser, porch, 'Ada', { userAgent: FIREFOX_ON_WINDOWS })
      await laptop.fillIn('/sign-in')
      await laptop.openRoom('Kitchen')
      await laptop.composer().fill('The soup is')
      await laptop.page.goto('/people')
      await page.goto('/')
      await ada.chatRow('Kitchen').getByText('The soup is').waitFor()
      await look(page, 'draft-elsewhere')
      await ada.openRoom('Kitchen')
      assert.equal(await ada.composer().inputValue(), 'The soup is')
      await laptop.openRoom('Kitchen')
      assert.equal(await laptop.composer().inputValue(), 'The soup is')
      await ada.composer().pressSequentially(' ready')
      await ada.composer().press('Enter')
      await laptop.message('The soup is ready').waitFor()
      await laptop.page.waitForFunction(() => document.querySelector('textarea').value === '')
      // After a restart of the box too.
      await laptop.openRoom('Everybody')
      await ada.composer().fill('And the bread')
      await page.goto('about:blank')
      await laptop.chatRow('Kitchen').getByText('And the bread').waitFor()
      await porch.restart()
      await laptop.page.reload()
      await laptop.chatRow('Kitchen').getByText('And the bread').waitFor()
      await laptop.leave()
    },
  )

  chapter('all of it in Chinese, at night', async () => {
    const other = await Porch.start()
    const chinese = await launch(other)
    try {
      const ming = await Person.at(chinese, other, '王明', CHINESE)
      const { page } = ming
      await ming.fillIn('/join')
      await page.getByRole('heading', { name: '先做这几件事' }).waitFor()
      await look(page, 'zh-dark-first-steps')
      await page.getByRole('button', { name: '可用多台设备' }).click()
      await page.getByText('以后可以随时在设置里修改。').waitFor()
      await page.getByRole('button', { name: '收起，以后不再显示' }).click()
      await page.getByRole('heading', { name: '先做这几件事' }).waitFor({ state: 'detached' })
      const na = await Person.at(chinese, other, '李娜', CHINESE)
      await na.fillIn('/join')
      await na.page.getByRole('heading', { name: '聊天', exact: true }).waitFor()
      await page.keyboard.press('Control+k')
      for (const typed of ['ln', 'lina', '李']) {
        await page.getByRole('combobox').fill(typed)
        await page.getByRole('option', { name: '李娜' }).waitFor()
      }
      await page.getByRole('combobox').fill('lw')
      await page.getByRole('option', { name: '李娜' }).waitFor({ state: 'detached' })
      await page.keyboard.press('Escape')
      await na.leave()
      const laptop = await Person.at(chinese, other, '王明', { userAgent: FIREFOX_ON_WINDOWS, ...CHINESE })
      await laptop.fillIn('/sign-in')
      await page.getByText('你的账号刚刚也在另一处登录了（Firefox，Windows）。').waitFor()
      await look(page, 'zh-dark-new-place')
      await laptop.leave()
      await ming.leave()
    } finally {
      await chinese.close()
      await other.stop()
    }
  })

  test('nothing went wrong on any page', async () => {
    await ada.leave()
    await grace.leave()
  })
})

function steps(person) {
  return person.page.getByRole('region', { name: 'First steps' })
}

/** What is not ticked yet. */
async function undone(person) {
  const rows = await steps(person).locator('li:not(.done)').all()
  const texts = rows.map(async (row) => {
    const link = row.getByRole('link')
    return (await link.count()) > 0 ? (await link.textContent()).trim() : 'devices'
  })
  return Promise.all(texts)
}

function done(person, step) {
  return steps(person).locator('li.done', { hasText: step }).waitFor()
}

/** Resolves when such a chunk was loaded. */
function watched(page, name) {
  return { loaded: page.waitForResponse((response) => name.test(response.url())) }
}

/** Who is in the room that this person made, as the box tells. */
function memberNames({ page }) {
  return page.evaluate(async () => {
    const ask = async (path) => (await fetch(path)).json()
    const { rooms } = await ask('/api/rooms')
    const [{ members }, { people }] = await Promise.all([
      ask(`/api/rooms/${rooms[0].id}/members`),
      ask('/api/people'),
    ])
    return members.map(({ user }) => people.find(({ id }) => id === user).name)
  })
}

/** In the page, before anything else: follows what it shows until the chats are there. Nothing is awaited for too long. */
function followLooks() {
  window.looks = []
  const { setTimeout } = window
  window.setTimeout = (call, ms, ...more) => setTimeout(call, ms === 400 ? 60_000 : ms, ...more)
  new MutationObserver(() => {
    if (window.looks.at(-1) === 'with chats') return
    const look = document.querySelector('nav a.row')
      ? 'with chats'
      : document.querySelector('.shell')
        ? 'without chats'
        : document.querySelector('#app main')
          ? 'starting'
          : null
    if (look && look !== window.looks.at(-1)) window.looks.push(look)
  }).observe(document, { childList: true, subtree: true })
}
