// Notifications in Chromium: what is told of what one does not see, where, once, and until when.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { launch, skip } from './harness/chromium.js'
import { look } from './harness/look.js'
import { countTones, listens, setVisible, shown } from './harness/notifications.js'
import { Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { details, makeRoom } from './harness/rooms.js'
import { story } from './harness/story.js'
import { sentMessage } from './harness/until.js'

/** A notification has this long to come or to go, on a busy machine too. */
const WAIT_MS_MAX = 15_000

describe('notifications in Chromium', { skip }, () => {
  let porch, browser, devtools, ada, grace
  const chapter = story(() => [ada, grace].filter(Boolean).map((person) => person.page))

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch)
    ada = await Person.at(browser, porch, 'Ada')
    await ada.context.addInitScript(countTones)
    await decide('prompt')
    await ada.join()
    await ada.page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    grace = await Person.at(browser, porch, 'Grace')
    await grace.join()
  })

  after(async () => {
    await browser?.close()
    await porch?.stop()
  })

  /** What the browser of Ada says to notifications from now on: `prompt`, `granted` or `denied`. */
  async function decide(setting) {
    // What is decided by a session goes with it.
    devtools ??= await browser.newBrowserCDPSession()
    const tab = await ada.context.newCDPSession(ada.page)
    const { targetInfo } = await tab.send('Target.getTargetInfo')
    await devtools.send('Browser.setPermission', {
      permission: { name: 'notifications' },
      setting,
      origin: porch.url(),
      browserContextId: targetInfo.browserContextId,
    })
    await tab.detach()
  }

  const offer = () => ada.page.getByRole('button', { name: 'Turn on notifications' })

  /** On a small phone, where the banner takes two lines, a toast leaves its buttons alone. */
  async function clearOfToasts() {
    const { page } = ada
    const size = page.viewportSize()
    await page.setViewportSize({ width: 360, height: 740 })
    await ada.message('Good morning').focus()
    await page.keyboard.press('Shift+F10')
    await page.getByRole('menuitem', { name: 'Copy the text' }).click()
    const toast = page.locator('.toast:popover-open')
    await toast.hover()
    const [{ y }, banner] = [await toast.boundingBox(), await page.locator('.shell > .top').boundingBox()]
    assert.ok(y >= banner.y + banner.height, `the toast from ${y}, the banner to ${banner.y + banner.height}`)
    // In letters of 400 % several banners fill the window.
    await page.setViewportSize({ width: 320, height: 256 })
    await page.locator('.shell > .top').evaluate((top) => (top.style.blockSize = '240px'))
    await page.waitForFunction(() => /240px/.test(document.documentElement.style.getPropertyValue('--top')))
    const at = await toast.boundingBox()
    assert.ok(at.y + at.height <= 256, `the toast to ${at.y + at.height}`)
    await page.locator('.shell > .top').evaluate((top) => (top.style.blockSize = ''))
    await page.setViewportSize(size)
    await toast.getByRole('button').click()
  }

  /** Where no message is in sight. */
  async function lookAway(page = ada.page) {
    await page.goto('/me')
    // Browsers keep a page silent until it was touched.
    await page.getByRole('heading', { name: 'Notifications' }).click()
    await page.evaluate(listens)
  }

  /** Waits until these and no others are shown, as `title: body`. */
  async function shows(...wanted) {
    const isOver = AbortSignal.timeout(WAIT_MS_MAX)
    let told = await ada.page.evaluate(shown)
    while (told.join() !== wanted.join() && !isOver.aborted) told = await ada.page.evaluate(shown)
    assert.deepEqual(told, wanted)
  }

  const tones = (page = ada.page) => page.evaluate(() => window.tones)
  /** So many tones in all, and no more of them. */
  async function heard(wanted) {
    await ada.page.waitForFunction((wanted) => window.tones >= wanted, wanted)
    assert.equal(await tones(), wanted)
  }

  /** Grace writes to Ada alone. */
  async function write(text) {
    if (!grace.page.url().endsWith(privately)) await grace.page.goto(privately)
    await grace.say(text)
  }
  let privately

  /** Grace deletes what she wrote. */
  async function takeBack(text) {
    const message = grace.message(text)
    await message.hover()
    await message.getByRole('button', { name: /^What to do/ }).click()
    await grace.page.getByRole('menuitem', { name: 'Delete' }).click()
    await grace.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await message.waitFor({ state: 'detached' })
  }

  /** Ada presses the one notification. */
  async function press() {
    const [worker] = ada.context.serviceWorkers()
    await worker.evaluate(async () => {
      const [notification] = await self.registration.getNotifications()
      self.dispatchEvent(new NotificationEvent('notificationclick', { notification }))
    })
  }

  chapter(
    'nobody is asked at the start; one’s first words bring the offer, and it is made once',
    async () => {
      await ada.page.evaluate(listens)
      assert.equal(await offer().count(), 0)
      await ada.openRoom('Everybody')
      await ada.say('Good morning')
      await offer().waitFor()
      await look(ada.page, 'notify-offer')
      await clearOfToasts()
      await ada.composer().focus()
      await ada.page.getByRole('button', { name: 'Not now' }).click()
      await ada.page.locator('textarea:focus').waitFor()
      await offer().waitFor({ state: 'detached' })
      await ada.page.reload()
      await ada.say('Is anybody here?')
      await ada.page.evaluate(listens)
      assert.equal(await offer().count(), 0)
    },
  )

  chapter(
    'the settings say what to do where the browser refuses, and ask where it may be asked',
    async () => {
      await decide('denied')
      await lookAway()
      await ada.page.getByText('This browser was told to show no notifications').waitFor()
      await look(ada.page, 'notify-denied')
      await decide('granted')
      await lookAway()
      await ada.page.getByRole('switch', { name: 'Show what was written' }).waitFor()
      await look(ada.page, 'notify-settings')
    },
  )

  chapter(
    'who is named is told, with a tone; a press leads there, and what is read is told no longer',
    async () => {
      await grace.openRoom('Everybody')
      await grace.say('The adage is old')
      await grace.say('What does Ada think?')
      await shows('Everybody: Grace: What does Ada think?')
      await heard(1)
      await press()
      await ada.message('What does Ada think?').waitFor()
      const { id } = await sentMessage(ada.page, 'What does Ada think?')
      assert.equal(new URL(ada.page.url()).pathname, `/r/1/${id}`)
      await shows()
    },
  )

  chapter('what is in sight is not told', async () => {
    await grace.say('Ada, look')
    await ada.message('Ada, look').waitFor()
    await grace.page.goto('/people')
    await grace.page.locator('a.row', { hasText: 'Ada' }).click()
    await grace.page.getByRole('button', { name: 'Message' }).click()
    await grace.say('Between us')
    privately = new URL(grace.page.url()).pathname
    await shows('Grace: Between us')
  })

  chapter('what is on the screen beside another window is heard, and not shown', async () => {
    await ada.openRoom('Grace')
    await shows()
    await ada.page.evaluate(() => dispatchEvent(new Event('blur')))
    const before = await tones()
    await write('And now?')
    await ada.message('And now?').waitFor()
    await ada.page.waitForFunction((before) => window.tones > before, before)
    await ada.page.evaluate(() => dispatchEvent(new Event('focus')))
    await shows()
    await heard(before + 1)
    await ada.openRoom('Everybody')
    await write('And now, away?')
    await shows('Grace: And now, away?')
  })

  chapter('who is taken out of a room is told no longer of it, and of others as before', async () => {
    await makeRoom(grace, 'Kitchen', 'Only who is added', ['Ada'])
    await grace.say('Ada, taste this')
    await shows('Grace: And now, away?', 'Kitchen: Grace: Ada, taste this')
    await details(grace)
    await grace.page.getByRole('button', { name: 'What to do with Ada' }).click()
    await grace.page.getByRole('menuitem', { name: 'Take out of the room' }).click()
    await grace.page.getByRole('dialog').getByRole('button', { name: 'Take out of the room' }).click()
    await ada.page.locator('.toast:popover-open', { hasText: 'Kitchen' }).getByRole('button').click()
    await shows('Grace: And now, away?')
  })

  chapter('a muted room tells nothing, and its count is grey and for itself alone', async () => {
    await ada.page.getByRole('link', { name: 'Room details' }).last().click()
    await ada.page.getByRole('radio', { name: 'Only @mentions (muted)', exact: true }).check()
    await ada.chatRow('Everybody').getByText('Muted').waitFor()
    await look(ada.page, 'notify-details')
    await ada.openRoom('Grace')
    await shows()
    await lookAway()
    await grace.openRoom('Everybody')
    await grace.say('Ada! Ada! Ada!')
    await ada.chatRow('Everybody').locator('.badge.muted').waitFor()
    await write('Are you there?')
    await shows('Grace: Are you there?')
    await ada.page.waitForFunction(() => document.title.startsWith('(1)'))
    await look(ada.page, 'notify-muted')
  })

  chapter('what is deleted before it is seen is told no longer', async () => {
    await takeBack('Are you there?')
    await shows()
  })

  chapter('in a muted room whoever is called with @ is told, and led to that message', async () => {
    await grace.openRoom('Everybody')
    await grace.say('Nobody is called')
    await grace.say('@Ada, the soup is ready')
    await shows('Everybody: Grace: @Ada, the soup is ready')
    await grace.say('Nor here')
    const paths = await ada.page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration()
      const shown = await navigator.locks.request('porch.notify', () => registration.getNotifications())
      return shown.map(({ data }) => data.path)
    })
    const { id } = await sentMessage(ada.page, '@Ada, the soup is ready')
    assert.deepEqual(paths, [`/r/1/${id}`])
    await ada.openRoom('Everybody')
    await ada.message('Nor here').waitFor()
    await shows()
    await lookAway()
  })

  chapter('what is deleted while no tab is there is told no longer by the next', async () => {
    await write('Not for long')
    await shows('Grace: Not for long')
    await ada.page.goto('about:blank')
    await takeBack('Not for long')
    // Without what was kept, the box tells the next page how things are, and not what happened.
    const tab = await ada.context.newCDPSession(ada.page)
    await tab.send('Storage.clearDataForOrigin', { origin: porch.url(), storageTypes: 'indexeddb' })
    await tab.detach()
    await lookAway()
    await shows()
  })

  chapter('in quiet hours nothing is told, and nothing of it later', async () => {
    await ada.page.getByRole('switch', { name: 'Quiet hours' }).check()
    // All day.
    for (const label of ['From', 'Until']) await ada.page.getByLabel(label).fill('00:00')
    await look(ada.page, 'notify-quiet')
    const before = await tones()
    await write('Shh')
    await ada.page.waitForFunction(() => document.title.startsWith('(1)'))
    await ada.page.getByRole('switch', { name: 'Quiet hours' }).uncheck()
    await write('It is morning')
    await shows('Grace: It is morning')
    await heard(before + 1)
  })

  chapter('of two tabs one tells, and neither what the other shows', async () => {
    const second = await ada.context.newPage()
    await second.goto(privately)
    await second.getByText('It is morning').last().waitFor()
    await shows()
    const before = await tones()
    await write('Seen in the other')
    await second.getByText('Seen in the other').last().waitFor()
    await lookAway(second)
    const all = before + (await tones(second))
    await write('Seen in neither')
    await shows('Grace: Seen in neither')
    const inBoth = async () => (await tones()) + (await tones(second))
    const isOver = AbortSignal.timeout(WAIT_MS_MAX)
    while ((await inBoth()) <= all && !isOver.aborted);
    assert.equal(await inBoth(), all + 1)
    await second.close()
  })

  chapter('whatever was missed is one notification and one tone', async () => {
    await ada.openRoom('Grace')
    await shows()
    await ada.page.getByRole('link', { name: 'Chats' }).click()
    await ada.openRoom('Everybody')
    await ada.page.getByRole('link', { name: 'Room details' }).last().click()
    await ada.page.getByRole('radio', { name: 'Everything' }).check()
    await ada.chatRow('Everybody').getByText('Muted').waitFor({ state: 'detached' })
    await lookAway()
    await setVisible(ada.page, false)
    const before = await tones()
    // As a browser does with a page that it keeps.
    await ada.page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })))
    for (let line = 1; line <= 8; line++) await write(`Line ${line}`)
    await grace.openRoom('Everybody')
    for (let line = 1; line <= 3; line++) await grace.say(`To all ${line}`)
    await ada.page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
    await shows('11 new messages: Grace and Everybody')
    await heard(before + 1)
    await takeBack('To all 3')
    await ada.page.waitForFunction(() => document.title.startsWith('(10)'))
    await shows('11 new messages: Grace and Everybody')
    await setVisible(ada.page, true)
    await ada.openRoom('Grace')
    await ada.message('Line 8').waitFor()
    await ada.openRoom('Everybody')
    await ada.message('To all 2').waitFor()
    await shows()
  })

  chapter('what was read on another device is told no longer', async () => {
    await ada.page.evaluate(() =>
      fetch('/api/settings', {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: '{"several_devices":true}',
      }),
    )
    await lookAway()
    await write('On the phone?')
    await shows('Grace: On the phone?')
    const phone = await Person.at(browser, porch, 'Ada')
    await phone.fillIn('/sign-in')
    await phone.openRoom('Grace')
    await phone.message('On the phone?').waitFor()
    await shows()
    await phone.leave()
  })

  chapter('who signs out leaves nothing to read, on the screen or on the device', async () => {
    await write('A last word')
    await shows('Grace: A last word')
    await ada.page.getByRole('button', { name: 'Sign out', exact: true }).last().click()
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click()
    await ada.page
      .getByRole('heading', { name: /^Welcome|porch/ })
      .first()
      .waitFor()
    await shows()
    const kept = await ada.page.evaluate(() => Object.keys(localStorage).filter((key) => /notif/.test(key)))
    assert.deepEqual(kept, [])
  })

  /** Beside the list of chats on a phone: where a toast, the first row and the tabs are, all seen at once. */
  const places = (page) =>
    page.waitForFunction(() => {
      const all = ['.toast:popover-open', 'main a.row', 'nav:last-child a[href="/me"]'].map((selector) =>
        document.querySelector(selector)?.getBoundingClientRect().toJSON(),
      )
      return all.every(Boolean) && all
    })

  chapter('whoever is written to while they are elsewhere is offered it when they come back', async () => {
    const bo = await Person.at(browser, porch, 'Bo', { viewport: { width: 360, height: 740 } })
    await bo.join()
    const [toast, row, tabs] = await (await places(bo.page)).jsonValue()
    assert.ok(toast.y >= row.bottom, `the toast from ${toast.y}, the first row to ${row.bottom}`)
    assert.ok(toast.bottom <= tabs.y, `the toast to ${toast.bottom}, the tabs from ${tabs.y}`)
    await bo.page.evaluate(listens)
    await setVisible(bo.page, false)
    await grace.openRoom('Everybody')
    await grace.say('Bo, are you there?')
    await bo.page.waitForFunction(
      () => document.title.includes('(') || document.body.textContent.includes('Bo, are'),
    )
    const offered = bo.page.getByRole('button', { name: 'Turn on notifications' })
    assert.equal(await offered.count(), 0)
    await setVisible(bo.page, true)
    await offered.waitFor()
    await bo.page.evaluate(() => {
      Notification.requestPermission = async () => 'denied'
    })
    await offered.click()
    await bo.page.locator('.banner').getByText('The browser does not show notifications.').waitFor()
    assert.equal(await bo.page.locator('.toast:popover-open', { hasText: 'notif' }).count(), 0)
    await look(bo.page, 'notify-refused', [bo.page.viewportSize()])
    await bo.page.getByRole('link', { name: 'How to change that' }).click()
    const heading = bo.page.getByRole('heading', { name: 'Notifications' })
    await heading.waitFor()
    await bo.page.waitForFunction((h2) => h2 === document.activeElement, await heading.elementHandle())
    await bo.page.locator('.banner').waitFor({ state: 'detached' })
    await bo.leave()
  })

  chapter('where the browser has none, the page says so and goes on', async () => {
    const mia = await Person.at(browser, porch, 'Mia')
    await mia.context.addInitScript(() => {
      delete window.Notification
      delete window.AudioContext
      delete Navigator.prototype.serviceWorker
      delete Navigator.prototype.locks
    })
    await mia.join()
    await mia.openRoom('Everybody')
    await mia.say('Hello from Mia')
    await grace.page.goto('/people')
    await grace.page.locator('a.row', { hasText: 'Mia' }).click()
    await grace.page.getByRole('button', { name: 'Message' }).click()
    await grace.say('Hello Mia')
    await grace.say('Hello again')
    await mia.page.locator('[role=log]', { hasText: 'Grace wrote to you.' }).waitFor({ state: 'attached' })
    await mia.page.waitForFunction(() => document.title.startsWith('(2)'))
    await mia.page.goto('/me')
    await mia.page.getByText('This browser has no notifications').waitFor()
    await mia.leave()
  })

  chapter('nothing went wrong on any page', async () => {
    await ada.leave()
    await grace.leave()
  })
})
