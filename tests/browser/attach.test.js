// Pictures and files that people send: chosen, pasted and dropped, looked at in the tray, brought to the box through every
// kind of trouble, or given up.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe } from 'node:test'
import { launch, skip } from './harness/chromium.js'
import { look } from './harness/look.js'
import { Person } from './harness/person.js'
import { picture } from './harness/picture.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'

/** Large enough to be cut in the middle, at a speed at which there is a middle. */
const FILM_BYTES = 12 << 20
const SLOW_BYTES_A_SECOND = 3 << 20

describe('pictures and files in Chromium', { skip }, () => {
  let porch, browser, ada, asked
  const chapter = story(() => [ada].filter(Boolean).map((person) => person.page))

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch)
    ada = await Person.at(browser, porch, 'Ada')
    await ada.join()
    await ada.openRoom('Everybody')
    asked = []
    ada.page.on('request', (request) => {
      const { pathname } = new URL(request.url())
      if (pathname.startsWith('/api/uploads')) asked.push(`${request.method()} ${pathname}`)
    })
  })

  after(async () => {
    await browser?.close()
    await porch?.stop()
  })

  chapter('the list of chats tells what waits to be sent, where nothing was said yet', async () => {
    await slow(SLOW_BYTES_A_SECOND)
    await choose(film('first.bin'))
    await send()
    const row = ada.chatRow('Everybody')
    await row.filter({ hasText: 'not sent yet' }).getByText('first.bin').waitFor()
    await ada.page.getByRole('button', { name: 'Do not send' }).click()
    await ada.page.locator('.tray .remove').click()
    await slow(-1)
  })

  chapter('what is chosen waits in the tray, is described, and goes out smaller', async () => {
    const { page } = ada
    await choose(photo('Lake.png', 3_000, 2_000, 200), file('notes.txt', 'three lines'))
    await thing('Lake.jpg').waitFor()
    await thing('notes.txt').waitFor()
    await said('Added: 2 files go with the message')
    assert.ok(await ada.composer().evaluate((field) => field === document.activeElement))
    await thing('Lake.jpg').click()
    await page.getByRole('menuitem', { name: 'Describe this picture' }).click()
    await page.getByRole('dialog').getByRole('textbox').fill('A lake in the morning')
    await look(page, 'attach-describe')
    await page.getByRole('button', { name: 'Save' }).click()
    await thing('A lake in the morning').waitFor()
    await look(page, 'attach-tray')
    await ada.composer().fill('Look at this')
    await ada.composer().press('Enter')
    const { body, attachments } = await sent('Look at this')
    assert.equal(body, 'Look at this')
    assert.deepEqual(
      attachments.map(({ name, what }) => [name, what.type, what.width, what.height, what.alt]),
      [
        ['Lake.jpg', 'picture', 2_048, 1_365, 'A lake in the morning'],
        ['notes.txt', 'file', undefined, undefined, undefined],
      ],
    )
    assert.equal(await page.locator('.tray').count(), 0)
  })

  chapter('a picture goes as it is where that is asked for, and without a word', async () => {
    await choose(photo('Hill.png', 3_000, 2_000, 90))
    await ada.page.getByRole('button', { name: 'Original size' }).click()
    await thing('Hill.png').waitFor()
    await send()
    const { body, attachments } = await newest((message) => message.attachments?.[0]?.name === 'Hill.png')
    assert.equal(body, '')
    assert.deepEqual([attachments[0].what.width, attachments[0].what.height], [3_000, 2_000])
    await ada.page.locator('article.pending').waitFor({ state: 'detached' })
    // A picture that was let go of too early.
    assert.deepEqual(ada.faults, [])
  })

  chapter('what is said while pictures are made ready is another message', async () => {
    const { page } = ada
    await choose(photo('d.png', 4_000, 3_000, 30), photo('e.png', 4_000, 3_000, 60))
    await ada.composer().fill('Before')
    await ada.composer().press('Enter')
    assert.equal(await ada.composer().inputValue(), '')
    await page.keyboard.type('after')
    const { attachments } = await sent('Before')
    assert.equal(attachments.length, 2)
    assert.equal(await ada.composer().inputValue(), 'after')
    await ada.composer().fill('')
  })

  chapter('things in the tray are moved and removed by keys', async () => {
    const { page } = ada
    await choose(file('one'), file('two'), file('three'))
    await thing('three').focus()
    await page.keyboard.press('Shift+ArrowLeft')
    await page.keyboard.press('Shift+ArrowLeft')
    await page.getByRole('button', { name: /^three, .*, 1 of 3/ }).waitFor()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Delete')
    await page.getByRole('button', { name: /^two, .*, 2 of 2/ }).waitFor()
    await said('Removed: 2 files go with the message')
    await page.keyboard.press('Delete')
    await page.keyboard.press('Delete')
    await page.locator('.tray').waitFor({ state: 'detached' })
    assert.ok(await ada.composer().evaluate((field) => field === document.activeElement))
  })

  chapter('what cannot be sent is told, and the first ten are taken', async () => {
    const { page } = ada
    await choose(...Array.from({ length: 12 }, (_, at) => file(`${at}.txt`)), file('nothing.txt', ''))
    const told = page.locator('.toast')
    await told.getByText('A message has at most ten attachments: 2 were not added.').waitFor()
    await told.getByText('Empty, and not added: nothing.txt.').waitFor()
    assert.equal(await page.locator('button.thing').count(), 10)
    await look(page, 'attach-ten')
    for (let left = 10; left > 0; left--) await page.locator('.tray .remove').first().click()
    await page.locator('.tray').waitFor({ state: 'detached' })
  })

  chapter('files are pasted where one writes, and dropped over the conversation', async () => {
    const { page } = ada
    await ada.composer().focus()
    await page.evaluate(paste, { name: 'pasted.txt', text: 'hello' })
    await thing('pasted.txt').waitFor()
    await page.evaluate(dragOver)
    await page.getByText('Drop to add to the message').waitFor()
    await look(page, 'attach-drop', [{ width: 1280, height: 800 }])
    await page.evaluate(drop, { name: 'dropped.txt', text: 'hello' })
    await thing('dropped.txt').waitFor()
    await page.getByText('Drop to add to the message').waitFor({ state: 'detached' })
    await send()
    const { attachments } = await newest((message) => message.attachments?.[0]?.name === 'pasted.txt')
    assert.deepEqual(
      attachments.map(({ name }) => name),
      ['pasted.txt', 'dropped.txt'],
    )
  })

  chapter('a room has its own tray, and keeps it while one looks elsewhere', async () => {
    await choose(file('kept.txt'))
    await thing('kept.txt').waitFor()
    await ada.page.getByRole('link', { name: /^Settings/ }).click()
    await ada.openRoom('Everybody')
    await thing('kept.txt').waitFor()
    await ada.page.locator('.tray .remove').click()
  })

  chapter(
    'what is written after a long upload goes first, and a box that is killed costs nothing',
    async () => {
      asked.length = 0
      await slow(SLOW_BYTES_A_SECOND)
      await choose(film('long.bin'))
      await send()
      await ada.say('Written after it')
      await underWay()
      await look(ada.page, 'attach-uploading')
      await porch.killAndRestart()
      await slow(-1)
      const { attachments } = await newest((message) => message.attachments?.[0]?.name === 'long.bin')
      assert.equal(attachments[0].bytes, FILM_BYTES)
      assert.equal(begun(), 1)
      ada.forgive(/ERR_|upload/i)
    },
  )

  chapter('nothing moves when the box has it', async () => {
    const { page } = ada
    await slow(SLOW_BYTES_A_SECOND)
    await choose(
      photo('a.png', 3_000, 2_000, 20),
      photo('b.png', 900, 1_800, 140),
      photo('c.png', 1_600, 1_000, 260),
      film('moves nothing.bin'),
    )
    await thing('c.png').locator('img').waitFor()
    await send()
    const last = page.locator('article').last()
    await underWay()
    await last.locator('img').nth(2).waitFor()
    await look(page, 'attach-album')
    const before = await last.evaluate(placesIn)
    await slow(-1)
    await page.locator('article.pending').waitFor({ state: 'detached' })
    await last.locator('a[download]').waitFor()
    assert.deepEqual(await last.evaluate(placesIn), before)
  })

  chapter('a reload goes on where it was', async () => {
    asked.length = 0
    await slow(SLOW_BYTES_A_SECOND)
    await choose(film('reloaded.bin'))
    await send()
    await underWay()
    await untilOnTheDevice('/0', '/0/upload')
    await ada.page.reload()
    await slow(-1)
    const { attachments } = await newest((message) => message.attachments?.[0]?.name === 'reloaded.bin')
    assert.equal(attachments[0].bytes, FILM_BYTES)
    assert.equal(begun(), 1)
  })

  chapter(
    'it is paused and goes on, and what is not to be sent goes back and the box forgets it',
    async () => {
      const { page } = ada
      asked.length = 0
      await slow(SLOW_BYTES_A_SECOND)
      await choose(film('unwanted.bin'))
      await ada.composer().fill('Perhaps')
      await send()
      await underWay()
      await page.getByRole('button', { name: 'Pause' }).click()
      await untilOnTheDevice('/0', '/0/upload', '/pause')
      await page.reload()
      await page.getByRole('group', { name: /^Paused: / }).waitFor()
      await page.getByRole('button', { name: 'Go on' }).click()
      await page.getByRole('button', { name: 'Pause' }).waitFor()
      const deleted = page.waitForResponse((answer) => answer.request().method() === 'DELETE')
      await page.getByRole('button', { name: 'Do not send' }).click()
      assert.equal((await deleted).status(), 204)
      await page.locator('article.pending').waitFor({ state: 'detached' })
      await thing('unwanted.bin').waitFor()
      assert.equal(await ada.composer().inputValue(), 'Perhaps')
      assert.ok(await ada.composer().evaluate((field) => field === document.activeElement))
      await page.locator('.tray .remove').click()
      await ada.composer().fill('')
      await slow(-1)
      assert.equal(begun(), 1)
    },
  )

  chapter('nothing went wrong in the page', async () => {
    await ada.leave()
  })

  const file = (name, text = 'words') => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })
  const photo = (name, width, height, hue) => ({
    name,
    mimeType: 'image/png',
    buffer: picture(width, height, hue),
  })
  const film = (name) => ({ name, mimeType: 'application/octet-stream', buffer: randomBytes(FILM_BYTES) })

  const choose = (...files) => ada.page.locator('.composer input[type=file]').setInputFiles(files)
  const thing = (name) => ada.page.locator(`.tray button.thing[aria-label*="${name}"]`)
  const send = () => ada.page.locator('.composer button[type=submit]').click()
  /** To those who listen. */
  const said = (words) => ada.page.locator('[role=status]', { hasText: words }).waitFor({ state: 'attached' })
  const begun = () => asked.filter((one) => one === 'POST /api/uploads').length

  /** Some of it has gone out. */
  const underWay = () => ada.page.locator('article.pending', { hasText: /[1-9][\d.]* .?B of/ }).waitFor()

  /** Of the newest messages the first that is meant, once the box has it. */
  async function newest(isMeant) {
    for (let tries = 0; tries < 300; tries++) {
      const found = (await history()).findLast(isMeant)
      if (found) return found
      await ada.page.waitForTimeout(100)
    }
    assert.fail('the box has no such message')
  }

  const sent = (body) => newest((message) => message.body === body)

  /** The box may be on its way back. */
  function history() {
    return ada.page.evaluate(async () => {
      const answer = await fetch('/api/rooms/1/messages?limit=10').catch(() => null)
      return answer?.ok ? (await answer.json()).messages : []
    })
  }

  /** Bytes a second that leave this page; -1 for as many as can. */
  async function slow(bytes) {
    const devtools = await ada.context.newCDPSession(ada.page)
    await devtools.send('Network.enable')
    await devtools.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: bytes,
    })
  }

  /** What is kept beside a message has been, by the ends of its keys: a file, its upload. */
  const untilOnTheDevice = (...ends) =>
    ada.page.waitForFunction(async (ends) => {
      const db = await new Promise((resolve) => {
        const asked = indexedDB.open('porch')
        asked.onsuccess = () => resolve(asked.result)
      })
      const keys = await new Promise((resolve) => {
        const asked = db.transaction('outbox').objectStore('outbox').getAllKeys()
        asked.onsuccess = () => resolve(asked.result)
      })
      db.close()
      return ends.every((end) => keys.some((key) => key.endsWith(end)))
    }, ends)
})

/** In the page: where a message and its pictures are. */
function placesIn(message) {
  return [message, ...message.querySelectorAll('.cell, .line')].map((each) => {
    const { left, top, width, height } = each.getBoundingClientRect()
    return [left, top, width, height].map(Math.round)
  })
}

/** In the page: as the system's clipboard would bring it. */
function paste({ name, text }) {
  const clipboardData = new DataTransfer()
  clipboardData.items.add(new File([text], name, { type: 'text/plain' }))
  document.activeElement.dispatchEvent(
    new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
  )
}

/** In the page: something is dragged over the messages, and stays there. */
function dragOver() {
  const dataTransfer = new DataTransfer()
  dataTransfer.items.add(new File(['x'], 'x'))
  const over = () =>
    document
      .querySelector('.viewport')
      .dispatchEvent(new DragEvent('dragover', { dataTransfer, bubbles: true, cancelable: true }))
  over()
  window.dragging = setInterval(over, 100)
}

/** In the page: it is let go of. */
function drop({ name, text }) {
  clearInterval(window.dragging)
  const dataTransfer = new DataTransfer()
  dataTransfer.items.add(new File([text], name, { type: 'text/plain' }))
  document
    .querySelector('.viewport')
    .dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
}
