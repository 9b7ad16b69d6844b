// A reload while the box is away, and what a person leaves on a device that others use too.

import assert from 'node:assert/strict'
import { cp, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe } from 'node:test'
import { launch, skip } from './harness/chromium.js'
import { everythingKept, untilErased, untilKept } from './harness/kept.js'
import { look } from './harness/look.js'
import { Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'

/** Nobody writes this but Ada. */
const MARK = 'marzipan'

describe('a page whose box is away', { skip }, () => {
  let porch, browser, ada, ben
  const chapter = story(() => [ada, ben].filter(Boolean).map((person) => person.page))

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch)
  })

  after(async () => {
    await browser?.close()
    await porch?.stop()
  })

  chapter('two talk', async () => {
    ada = await Person.at(browser, porch, 'Ada')
    await ada.join()
    ben = await Person.at(browser, porch, 'Ben')
    await ben.join()
    await ada.openRoom('Everybody')
    await ben.openRoom('Everybody')
    await ben.say('Who has the key of the boat house?')
    await ada.say('It hangs behind the door.')
    await ben.say('A secret that goes away')
    await ada.message('A secret that goes away').waitFor()
    await ada.page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    await untilKept(ada.page, 'A secret that goes away')
  })

  chapter('a reload shows the chats and the last messages, and says that the box is away', async () => {
    await porch.end()
    await ada.page.reload()
    await ada.message('It hangs behind the door.').waitFor()
    assert.deepEqual(await texts(ada), [
      'Who has the key of the boat house?',
      'It hangs behind the door.',
      'A secret that goes away',
    ])
    await ada
      .chatRow('Everybody')
      .locator('.said', { hasText: /Ben.*A secret that goes away/ })
      .waitFor()
    await ada.page.getByText('Offline. What you write is sent later.').waitFor()
    await look(ada.page, 'away-conversation')
    await ada.page.goto('/')
    await ada.chatRow('Everybody').waitFor()
    await ada.page.getByText('Reconnecting…').waitFor()
    await look(ada.page, 'away-chats')
  })

  chapter('what is written meanwhile is sent when the box is back, also after another reload', async () => {
    await ada.openRoom('Everybody')
    await ada.composer().fill('Written in the dark')
    await ada.composer().press('Enter')
    await ada.message('Written in the dark').getByText('Waiting to be sent').waitFor()
    await untilKept(ada.page, 'Written in the dark')
    await ada.page.reload()
    await ada.message('Written in the dark').getByText('Waiting to be sent').waitFor()
    await porch.restart()
    await ada.message('Written in the dark').locator('.state', { hasText: /Sent/ }).waitFor()
    await ben.message('Written in the dark').waitFor()
    assert.equal((await texts(ben)).filter((text) => text === 'Written in the dark').length, 1)
  })

  chapter('what somebody deleted meanwhile is gone when the page is back', async () => {
    await untilKept(ada.page, 'Written in the dark')
    await ada.page.goto('about:blank')
    const secret = ben.message('A secret that goes away')
    await secret.hover()
    await secret.getByRole('button', { name: 'What to do with this message' }).click()
    await ben.page.getByRole('menuitem', { name: 'Delete' }).click()
    await ben.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await ben.page.getByText('This message was deleted').waitFor()
    await ada.page.goto('/r/1')
    await ada.page.locator('article', { hasText: 'This message was deleted' }).waitFor()
    assert.equal(await ada.page.getByText('A secret that goes away').count(), 0)
    await untilErased(ada.page, 'A secret that goes away')
    await untilKept(ada.page, 'It hangs behind the door.')
  })

  chapter('a page in Chinese opens in Chinese', async () => {
    const chen = await Person.at(browser, porch, '陈晨', { locale: 'zh-CN' })
    const { page } = chen
    await chen.fillIn('/join')
    await chen.chatRow('所有人').click()
    await chen.message('Written in the dark').waitFor()
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    await untilKept(page, 'Written in the dark')
    await porch.end()
    await page.reload()
    await chen.message('Written in the dark').waitFor()
    await page.getByText('已离线，写下的消息会稍后发送。').waitFor()
    await look(page, 'zh-away-conversation')
    await porch.restart()
    await page.getByText('已离线').waitFor({ state: 'detached' })
    await chen.leave()
  })

  chapter(
    'a box that was put back from a backup and written on is not mixed up with what it was',
    async () => {
      const data = path.join(porch.folder, 'data')
      const backup = path.join(porch.folder, 'backup')
      await porch.end()
      await cp(data, backup, { recursive: true })
      await porch.restart()
      await ben.say('Said after the backup')
      await ada.message('Said after the backup').waitFor()
      await untilKept(ada.page, 'Said after the backup')
      await ada.page.goto('about:blank')
      await porch.end()
      await rm(data, { recursive: true })
      await rename(backup, data)
      await porch.restart()
      await ben.message('Said after the backup').waitFor({ state: 'detached' })
      await ben.say('Said in its place')
      await ben.say('And one more')
      await ada.page.goto('/r/1')
      await ada.message('And one more').waitFor()
      assert.deepEqual((await texts(ada)).slice(-3), [
        'Written in the dark',
        'Said in its place',
        'And one more',
      ])
      await untilErased(ada.page, 'Said after the backup')
    },
  )

  chapter('whoever signs out leaves nothing on the device, in no tab', async () => {
    const { page } = ada
    await ben.choosePicture(200)
    await ben.openRoom('Everybody')
    await ada.say(`The ${MARK} is in the cellar`)
    const picture = await page.locator('article img').last().getAttribute('src')
    await page.waitForFunction(isCached, picture)
    const second = await ada.context.newPage()
    await second.goto('/r/1')
    await second.locator('article', { hasText: MARK }).waitFor()
    await second.getByRole('textbox', { name: /^Message to / }).fill(`And more ${MARK}`)
    await untilKept(page, `And more ${MARK}`)
    await untilKept(page, `The ${MARK}`)
    await signOut(page)
    for (const tab of [page, second]) await tab.getByRole('link', { name: 'Sign in' }).waitFor()
    await untilErased(page, MARK)
    for (const tab of [page, second]) assert.equal(await tab.getByText(MARK).count(), 0)
    assert.ok(!(await page.evaluate(isCached, picture)), 'nor a picture of anybody')
    ada.provoked(/ERR_CACHE_MISS/)
    await second.close()
    await page.reload()
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
    assert.ok(!(await everythingKept(page)).includes(MARK))
  })

  chapter('also while the box is away, which is told when it is back', async () => {
    const { page } = ada
    await ada.fillIn('/sign-in')
    await page.getByRole('heading', { name: 'Chats' }).waitFor()
    await ada.openRoom('Everybody')
    await ada.message(MARK).waitFor()
    await untilKept(page, `The ${MARK}`)
    await porch.end()
    await ada.composer().fill(`Unsent ${MARK}`)
    await ada.composer().press('Enter')
    await ada.message(`Unsent ${MARK}`).getByText('Waiting to be sent').waitFor()
    await untilKept(page, `Unsent ${MARK}`)
    await signOut(page, '1 message has not been sent yet')
    await page.getByRole('status').getByText('You are signed out here.').waitFor()
    await page.getByRole('heading', { name: 'The box is out of reach' }).waitFor()
    await untilErased(page, MARK)
    await look(page, 'unreachable')
    await page.reload()
    await page.getByRole('heading', { name: 'The box is out of reach' }).waitFor()
    assert.ok(!(await everythingKept(page)).includes(MARK))
    await porch.restart()
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
    assert.equal(await page.evaluate(async () => (await fetch('/api/me')).status), 401)
  })

  chapter('nothing went wrong on either page', async () => {
    await ada.leave()
    await ben.leave()
  })
})

/** In the page: whether the browser has this without asking the box. */
async function isCached(url) {
  const answer = await fetch(url, { cache: 'only-if-cached', mode: 'same-origin' }).catch(() => null)
  return answer?.status === 200
}

async function signOut(page, warning = 'Sign out of porch?') {
  await page.getByRole('navigation').getByRole('link', { name: 'Settings', exact: true }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('dialog').getByText(warning).waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click()
}

/** The messages of the open room, in order. */
function texts(person) {
  return person.page.locator('article .body').allTextContents()
}
