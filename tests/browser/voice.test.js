// Voice messages in Chromium: recorded from a microphone that beeps, by click, by hand and by keys; thrown away, paused, heard
// and sent; played by another person, also from another room; and who has heard them.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { DEVICES, launch, skip } from './harness/chromium.js'
import { look, WIDEST } from './harness/look.js'
import { Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'
import { Voice } from './harness/voice.js'
import { decodeNewest, OFF_MS_MAX } from './harness/voices.js'

describe('voice messages in Chromium', { skip }, () => {
  let porch, browser, ada, grace, lin
  const chapter = story(() => [ada, grace].filter(Boolean).map((person) => person.page))

  const button = (name, person = ada) => person.page.getByRole('button', { name, exact: true })
  const recorder = () => ada.page.locator('.recorder')
  const voices = (person = ada) => person.page.getByRole('group', { name: /^Voice message \(/ })
  const dialog = () => ada.page.getByRole('dialog')

  /** Speaks until the clock says so much. */
  const until = (seconds) =>
    ada.page.waitForFunction((seconds) => {
      const [minutes, rest] = (document.querySelector('.recorder .time')?.textContent ?? '0:00')
        .trim()
        .split(':')
      return Number(minutes) * 60 + Number.parseInt(rest, 10) >= seconds
    }, seconds)

  /** Waits until so many were sent and are on the box. */
  async function sent(count) {
    await ada.page.waitForFunction(
      (count) =>
        document.querySelectorAll('article .voice').length === count &&
        !document.querySelector('article.pending'),
      count,
    )
  }

  /** Whether any microphone is taken in the page. */
  const isListening = () =>
    ada.page.evaluate(() => window.tracks.some(({ readyState }) => readyState === 'live'))

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch, { args: DEVICES })
    ada = await Person.at(browser, porch, 'Ada', { permissions: ['microphone'] })
    await ada.page.addInitScript(watchTracks)
    await ada.join()
    grace = await Person.at(browser, porch, 'Grace')
    await grace.join()
    await ada.page.reload()
    await ada.openRoom('Everybody')
  })

  after(async () => {
    lin?.leave()
    await browser?.close()
    await porch?.stop()
  })

  chapter('a click begins, a click ends, and what was said is heard before it is sent', async () => {
    await button('Record a voice message').click()
    await button('Stop recording').waitFor()
    await ada.page.getByRole('status').getByText('Recording', { exact: true }).waitFor({ state: 'attached' })
    await until(1)
    assert.ok(await isListening())
    await look(ada.page, 'voice-recording')
    // The rest of the composer is out of reach meanwhile.
    assert.ok(await ada.composer().evaluate((field) => field.closest('[inert]') !== null))
    await button('Pause recording').click()
    const paused = await recorder().locator('.time').textContent()
    await look(ada.page, 'voice-paused', WIDEST)
    assert.equal(await recorder().locator('.time').textContent(), paused)
    await button('Go on recording').click()
    await until(3)
    await button('Stop recording').click()
    await button('Send the voice message').waitFor()
    assert.equal(await isListening(), false)
    await look(ada.page, 'voice-recorded')
    await button('Hear it before it is sent').click()
    await recorder().getByRole('button', { name: 'Pause' }).waitFor()
    await recorder().getByRole('slider').press('End')
    await button('Send the voice message').click()
    await sent(1)
    await button('Record a voice message').waitFor()
    assert.ok(await ada.composer().evaluate((field) => field === document.activeElement))
  })

  chapter('the file is as long as the message says, and is heard as that', async () => {
    const { ms, levels, type, name, decodedMs, loudest } = await grace.page.evaluate(decodeNewest)
    assert.match(name, /^voice-\d{8}-\d{6}\.m4a$/)
    assert.match(type, /^(audio|video)\/mp4/)
    assert.ok(ms >= 3_000, `${ms} ms`)
    assert.ok(levels.length > 20 && Math.max(...levels) > 0, String(levels))
    assert.ok(Math.abs(decodedMs - ms) < OFF_MS_MAX, `${decodedMs} ms in the file, ${ms} ms said`)
    assert.ok(loudest > 0.01, 'the beeps are in it')
  })

  chapter('whoever holds the button says it by letting go', async () => {
    const hold = await held()
    await ada.page.getByText('Slide to cancel').waitFor()
    await until(1)
    await look(ada.page, 'voice-held', WIDEST)
    await hold.letGo()
    await sent(2)
    assert.equal(await isListening(), false)
  })

  chapter('slid away it is gone, slid up it goes on without the hand', async () => {
    const away = await held()
    await until(1)
    await away.slide(-150, 0)
    await button('Record a voice message').waitFor()
    await away.letGo()
    assert.equal(await isListening(), false)
    const up = await held()
    await up.slide(0, -110)
    await button('Pause recording').waitFor()
    await up.letGo()
    await until(1)
    await button('Discard').click()
    await button('Record a voice message').waitFor()
    assert.equal(await isListening(), false)
    assert.equal(await voices().count(), 2)
  })

  chapter('a press by mistake says how it is done', async () => {
    await button('Record a voice message').click()
    await button('Stop recording').click()
    await ada.page.locator('.toast').getByText('Press once to record').waitFor()
    await button('Record a voice message').waitFor()
    assert.equal(await voices().count(), 2)
  })

  chapter('what took a while is not thrown away without a question, and all of it goes by keys', async () => {
    const { page } = ada
    await button('Record a voice message').focus()
    await page.keyboard.press('Enter')
    await button('Stop recording').waitFor()
    assert.ok(await button('Stop recording').evaluate((one) => one === document.activeElement))
    await until(6)
    await page.keyboard.press('Escape')
    await dialog().getByText('What you have said is gone then.').waitFor()
    await look(page, 'voice-discard', WIDEST)
    await page.keyboard.press('Escape')
    await button('Go on recording').waitFor()
    await button('Stop recording').focus()
    await page.keyboard.press('Space')
    await button('Send the voice message').waitFor()
    await page.keyboard.press('Enter')
    await sent(3)
    await button('Record a voice message').focus()
    await page.keyboard.press('Enter')
    await until(6)
    await page.keyboard.press('Escape')
    await dialog().getByRole('button', { name: 'Discard' }).click()
    await button('Record a voice message').waitFor()
    assert.equal(await isListening(), false)
  })

  chapter('who goes elsewhere finds what was said when they are back', async () => {
    await button('Record a voice message').click()
    await until(2)
    await ada.page.getByRole('link', { name: 'People' }).first().click()
    await ada.page.locator('a.row', { hasText: 'Grace' }).click()
    await ada.page.getByRole('button', { name: 'Message', exact: true }).click()
    await ada.page.getByRole('heading', { name: 'Grace' }).waitFor()
    await ada.page.locator('.toast').getByText('Your recording in Everybody waits to be sent.').waitFor()
    assert.equal(await isListening(), false)
    // It would be lost with the page: the browser asks.
    const asks = ada.page.waitForEvent('dialog').then((asked) => {
      assert.equal(asked.type(), 'beforeunload')
      return asked.dismiss()
    })
    await ada.page.close({ runBeforeUnload: true })
    await asks
    await ada.openRoom('Everybody')
    await button('Send the voice message').click()
    await sent(4)
  })

  chapter(
    'another person hears what they have not heard, one after the other, and its author sees that',
    async () => {
      await grace.openRoom('Everybody')
      await voices(grace).nth(3).waitFor()
      await grace.page.locator('.unheard').nth(3).waitFor()
      assert.equal(await grace.page.locator('.unheard').count(), 4)
      await look(grace.page, 'voice-unheard')
      assert.equal(await ada.page.locator('.voice .by').count(), 0)
      // The last two: the second is played after the first by itself.
      const speed = () =>
        voices(grace)
          .last()
          .getByRole('button', { name: /^Speed/ })
      await speed().click()
      await speed().click()
      await button('Play the voice message', grace).nth(2).click()
      await voices(grace).nth(3).getByRole('button', { name: 'Pause' }).waitFor()
      await grace.page.waitForFunction(() => document.querySelectorAll('.unheard').length === 2)
      assert.equal(await grace.page.evaluate(countPlaying), 1)
      await button('Heard by Grace').nth(1).waitFor()
      assert.equal(await button('Heard by Grace').count(), 2)
      await look(ada.page, 'voice-heard')
      await button('Heard by Grace').first().click()
      await ada.page.locator('.toast').getByText('Heard by Grace').waitFor()
      await voices(grace).nth(3).getByRole('button', { name: 'Play the voice message' }).waitFor()
    },
  )

  chapter('one that is played goes on in another room, with a way back', async () => {
    await voices(grace).first().getByRole('slider').press('Home')
    await button('Speed: 2×', grace).first().click()
    await grace.page.route(/\/api\/attachments\//, async (route) => {
      await heldBack
      await route.continue()
    })
    let letThrough
    const heldBack = new Promise((resolve) => (letThrough = resolve))
    const player = grace.page.getByRole('region', { name: 'Voice message that plays on' })
    await button('Play the voice message', grace).first().click()
    assert.equal(await player.count(), 0)
    await grace.page.getByRole('link', { name: 'People' }).first().click()
    await grace.page.locator('a.row', { hasText: 'Ada' }).click()
    await button('Message', grace).click()
    await player.getByText('Ada', { exact: true }).waitFor()
    await look(grace.page, 'voice-player')
    await player.getByRole('button', { name: 'Pause' }).click()
    letThrough()
    await grace.page.unrouteAll({ behavior: 'wait' })
    // What did not sound yet was not heard.
    assert.equal(await button('Heard by Grace').count(), 2)
    await player.getByRole('button', { name: 'Play the voice message' }).click()
    await button('Heard by Grace').nth(2).waitFor()
    await player.getByRole('button', { name: 'Pause' }).click()
    await player.getByRole('link').click()
    await grace.page.getByRole('heading', { name: 'Everybody' }).waitFor()
    await player.waitFor({ state: 'detached' })
    await grace.openRoom('Ada')
    await player.getByRole('button', { name: 'Close the player' }).click()
    await player.waitFor({ state: 'detached' })
    assert.equal(await grace.page.evaluate(countPlaying), 0)
  })

  chapter('what was heard is known after a reload, a restart, and on both sides', async () => {
    await porch.restart()
    for (const person of [ada, grace]) {
      await person.page.reload()
      await person.openRoom('Everybody')
      await voices(person).nth(3).waitFor()
    }
    await button('Heard by Grace').nth(2).waitFor()
    // On a machine that is busy the next one may have begun.
    const heard = await button('Heard by Grace').count()
    await grace.page.waitForFunction(
      (left) => document.querySelectorAll('.unheard').length === left,
      4 - heard,
    )
    for (const person of [ada, grace]) person.forgive(/WebSocket/)
  })

  chapter('several listeners are named, and nobody marks what is not there', async () => {
    lin = await Voice.join(porch, 'Lin')
    const id = await ada.page.evaluate(newest)
    assert.equal((await lin.command({ type: 'mark_heard', room: 1, message: id })).type, 'done')
    await button('Heard by Grace and Lin').waitFor()
    const mine = await lin.command({ type: 'mark_heard', room: 1, message: 999_999 })
    assert.equal(mine.code, 'not_found')
  })

  chapter(
    'what was recorded is given back, and still a voice message, when it is not to be sent',
    async () => {
      await ada.page.route(/\/api\/uploads/, () => {})
      await button('Record a voice message').click()
      await until(1)
      await button('Stop recording').click()
      await button('Send the voice message').click()
      await ada.page.locator('article.pending').getByText('Voice message (0:0').waitFor()
      await button('Do not send').click()
      await ada.page.locator('.tray').waitFor()
      await ada.page.unrouteAll({ behavior: 'ignoreErrors' })
      await button('Send').click()
      await sent(5)
      assert.equal(typeof (await ada.page.evaluate(decodeNewest)).ms, 'number')
    },
  )

  chapter('what is said while the box is away is sent when it is back, in another format too', async () => {
    await ada.page.evaluate(() => {
      MediaRecorder.isTypeSupported = (type) => type.startsWith('audio/webm')
    })
    await porch.end()
    await button('Record a voice message').click()
    await until(2)
    await button('Stop recording').click()
    await button('Send the voice message').click()
    await ada.page.locator('article.pending').getByText('Voice message (0:02)').waitFor()
    await ada.page.reload()
    await ada.page.locator('article.pending').getByText('Voice message (0:02)').waitFor()
    await porch.restart()
    await sent(6)
    const { ms, type, decodedMs } = await grace.page.evaluate(decodeNewest)
    assert.match(type, /webm/)
    assert.ok(Math.abs(decodedMs - ms) < OFF_MS_MAX, `${decodedMs} ms in the file, ${ms} ms said`)
    for (const person of [ada, grace]) person.forgive(/WebSocket|ERR_|Failed to load/)
  })

  chapter('without a microphone it is said what to do', async () => {
    await button('Record a voice message', grace).click()
    await grace.page
      .getByRole('dialog', { name: 'Nothing can be recorded' })
      .getByText('allow the microphone')
      .waitFor()
    await look(grace.page, 'voice-denied')
    await grace.page.keyboard.press('Escape')
    await button('Record a voice message', grace).waitFor()
    await grace.page.evaluate(() => {
      MediaRecorder.isTypeSupported = () => false
    })
    await button('Record a voice message', grace).click()
    await grace.page.getByText('This browser records no sound.').waitFor()
    await grace.page.keyboard.press('Escape')
  })

  chapter('in Chinese, and where letters are twice as large', async () => {
    const wei = await Person.at(browser, porch, 'Wei', {
      permissions: ['microphone'],
      locale: 'zh-CN',
      colorScheme: 'dark',
    })
    await wei.fillIn('/join')
    await wei.page
      .getByRole('link', { name: /所有人/ })
      .first()
      .click()
    await wei.page.getByRole('button', { name: '录制语音消息' }).click()
    await wei.page.getByRole('button', { name: '停止录音' }).waitFor()
    await look(wei.page, 'voice-zh')
    await wei.page.setViewportSize({ width: 360, height: 740 })
    await wei.page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'))
    const bar = await wei.page.locator('.recorder .bar').boundingBox()
    const inside = await wei.page
      .locator('.recorder .bar')
      .evaluate((bar) => bar.scrollWidth <= bar.clientWidth + 1)
    assert.ok(inside && bar.x >= 0 && bar.x + bar.width <= 360, 'nothing of the bar is out of sight')
    await look(wei.page, 'voice-zh-large', [{ width: 360, height: 740 }])
    await wei.page.getByRole('button', { name: '停止录音' }).click()
    await wei.leave()
    await ada.leave()
    await grace.leave()
  })

  /** Presses the button and goes on pressing. */
  async function held() {
    const { mouse } = ada.page
    const { x, y, width, height } = await button('Record a voice message').boundingBox()
    const [left, top] = [x + width / 2, y + height / 2]
    await mouse.move(left, top)
    await mouse.down()
    await ada.page.locator('.recorder .end.held').waitFor()
    await ada.page.locator('.recorder .time').waitFor()
    return {
      slide: (right, down) => mouse.move(left + right, top + down, { steps: 8 }),
      letGo: () => mouse.up(),
    }
  }
})

/** In the page: keeps what microphones it was given. */
function watchTracks() {
  window.tracks = []
  const { mediaDevices } = navigator
  const ask = mediaDevices.getUserMedia.bind(mediaDevices)
  mediaDevices.getUserMedia = async (wanted) => {
    const stream = await ask(wanted)
    window.tracks.push(...stream.getTracks())
    return stream
  }
}

/** In the page: the newest message of the room for everybody. */
async function newest() {
  const { messages } = await (await fetch('/api/rooms/1/messages?limit=1')).json()
  return messages[0].id
}

/** In the page: how many are heard at once. */
function countPlaying() {
  return [...document.querySelectorAll('audio, video')].filter(({ paused }) => !paused).length
}
