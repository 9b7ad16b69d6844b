// Photos that are taken in the page, in Chromium with cameras that it makes up: for a message, for one's profile, to draw on; and
// what is said where there is none.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { devices, launch, skip } from './harness/chromium.js'
import { look } from './harness/look.js'
import { Person } from './harness/person.js'
import { drawnPixels, sentPixels } from './harness/pixels.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'
import { sentMessage, until } from './harness/until.js'

const ALLOWED = '--use-fake-ui-for-media-stream'
const TWO = '--use-fake-device-for-media-stream=device-count=2'
/** A phone on its side. */
const LYING = [{ width: 640, height: 360 }]

describe('photos in Chromium', { skip }, () => {
  let porch, browser, ada, others
  const chapter = story(() => [ada].filter(Boolean).map((person) => person.page))
  const button = (name) => ada.page.getByRole('button', { name, exact: true })

  before(async () => {
    porch = await Porch.start()
    others = []
    browser = await launch(porch, { args: [ALLOWED, TWO] })
    ada = await Person.at(browser, porch, 'Ada')
    await ada.page.addInitScript(countCameras)
    await ada.join()
    await ada.openRoom('Everybody')
  })

  after(async () => {
    for (const each of others) await each.close()
    await browser?.close()
    await porch?.stop()
  })

  chapter('the countdown is said, and can be stopped', async () => {
    const { page } = ada
    await openCamera()
    await live()
    assert.ok(await page.locator('video').evaluate((video) => getComputedStyle(video).scale.startsWith('-1')))
    await look(page, 'camera')
    await look(page, 'camera-lying', LYING)
    await page.setViewportSize({ width: 1280, height: 800 })
    await button('Take the photo').click()
    await said('3')
    await button('Cancel').waitFor()
    await page.keyboard.press('Escape')
    await said('The countdown was stopped')
    await live()
    assert.equal(await page.locator('dialog img').count(), 0)
    assert.ok(await page.evaluate(() => document.activeElement.classList.contains('shutter')))
  })

  chapter('what was taken is looked at with the camera off, taken again, and sent', async () => {
    const { page } = ada
    await page.keyboard.press('Enter')
    for (const left of ['3', '2', '1']) await said(left)
    await said('Taken')
    await page.getByRole('img', { name: 'The photo that was taken' }).waitFor()
    assert.equal(await page.evaluate(() => window.camerasOn()), 0)
    await look(page, 'camera-taken')
    await look(page, 'camera-taken-lying', LYING)
    await page.setViewportSize({ width: 1280, height: 800 })
    await button('Again').click()
    await live()
    await button('After 3 seconds').click()
    await button('Take the photo').click()
    await button('Use this photo').click()
    await page.locator('.tray button.thing[aria-label*="Photo.jpg"]').waitFor()
    assert.equal(await page.evaluate(() => window.camerasOn()), 0)
    await page.keyboard.type('That is me')
    await page.keyboard.press('Enter')
    const message = await sent('That is me')
    const { width, height, colours } = await sentPixels(page, message.id, [[0.5, 0.9]])
    assert.ok(width >= 640 && height >= 480, `${width} x ${height}`)
    assert.notDeepEqual(colours[0], [0, 0, 0])
  })

  chapter('it is sent as others see it, unless it is mirrored', async () => {
    const { page } = ada
    const halves = async (flips) => {
      await openCamera()
      await live()
      // A camera that sees red on one side and blue on the other.
      await page.locator('video').evaluate(showSides)
      await button('After 3 seconds').click()
      await button('Take the photo').click()
      await button('Use this photo').waitFor()
      if (flips) await button('Mirror').click()
      await button('Use this photo').click()
      await page.locator('.tray button.thing').waitFor()
      await page.keyboard.type(`Mirrored: ${flips}`)
      await page.keyboard.press('Enter')
      const { id } = await sent(`Mirrored: ${flips}`)
      const { colours } = await sentPixels(page, id, [
        [0.25, 0.5],
        [0.75, 0.5],
      ])
      return colours.map(([red, , blue]) => (red > blue ? 'red' : 'blue'))
    }
    assert.deepEqual(await halves(false), ['red', 'blue'])
    assert.deepEqual(await halves(true), ['blue', 'red'])
  })

  chapter('of two cameras one is chosen', async () => {
    await openCamera()
    await live()
    const first = await usedCamera()
    await button('Other camera').click()
    await until(async () => ![undefined, first].includes(await usedCamera()))
    await live()
    await button('Other camera').click()
    await until(async () => (await usedCamera()) === first)
    await live()
    assert.equal(await ada.page.evaluate(() => window.camerasOn()), 1)
  })

  chapter('closed, by whatever way, it lets go of the camera at once', async () => {
    const { page } = ada
    await page.goBack()
    await page.locator('video').waitFor({ state: 'detached' })
    assert.equal(await page.evaluate(() => window.camerasOn()), 0)
    await openCamera()
    await live()
    await page.evaluate(hide, true)
    assert.equal(await page.evaluate(() => window.camerasOn()), 0, 'nor does it look while nobody looks')
    await page.evaluate(hide, false)
    await live()
    await button('Close').click()
    await page.locator('video').waitFor({ state: 'detached' })
    assert.equal(await page.evaluate(() => window.camerasOn()), 0)
    // Before the person has allowed it.
    await page.evaluate(holdCamera)
    await openCamera()
    await page.getByText('Waiting for the camera.').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('dialog').waitFor({ state: 'detached' })
    await page.evaluate(() => window.letCamera())
    assert.equal(await page.evaluate(() => window.camerasOn()), 0)
  })

  chapter('one draws on a photo, and going back leads from the camera to the doodle', async () => {
    const { page } = ada
    await page.getByRole('button', { name: 'Add to the message' }).click()
    await page.getByRole('menuitem', { name: 'Doodle' }).click()
    await page.locator('.pad').waitFor()
    const onPhoto = async () => {
      await page.getByRole('button', { name: 'What to draw on' }).click()
      await page.getByRole('menuitem', { name: 'Take a photo' }).click()
      await live()
    }
    await onPhoto()
    await page.goBack()
    await page.locator('video').waitFor({ state: 'detached' })
    await page.locator('.pad').waitFor()
    await onPhoto()
    await button('After 3 seconds').click()
    await button('Take the photo').click()
    await button('Use this photo').click()
    await page.locator('video').waitFor({ state: 'detached' })
    await until(async () => (await drawnPixels(page, [[0.5, 0.9]]))[0].join() !== '255,255,255')
    await page.goBack()
    await page.locator('.pad').waitFor({ state: 'detached' })
  })

  chapter('a photo becomes the picture of one’s profile', async () => {
    const { page } = ada
    await page.goto('/me')
    await page.getByRole('button', { name: 'Take a photo' }).click()
    await live()
    await button('After 3 seconds').click()
    await button('Take the photo').click()
    await button('Use this photo').click()
    await page.getByRole('dialog', { name: 'Fit your picture' }).waitFor()
    await page.getByRole('button', { name: 'Use this picture' }).click()
    await page.getByRole('button', { name: 'Remove the picture' }).waitFor()
    await look(page, 'profile-photo', [{ width: 1280, height: 800 }])
  })

  chapter('where the browser does not allow it, it is said what to do', async () => {
    const person = await elsewhere([TWO])
    await person.page.getByRole('alert').getByText('does not let porch use the camera').waitFor()
    await look(person.page, 'camera-denied')
    await look(person.page, 'camera-denied-lying', LYING)
    await chooseInstead(person)
  })

  chapter('where there is no camera, a picture does, in the other language and on a phone, too', async () => {
    const person = await elsewhere([ALLOWED], {
      ...devices['Pixel 7'],
      locale: 'zh-CN',
      colorScheme: 'dark',
      reducedMotion: 'reduce',
    })
    await person.page.getByRole('alert').getByText('没有找到相机').waitFor()
    const system = person.page.locator('dialog input[type=file][capture=user]')
    assert.equal(await system.count(), 1)
    await person.page.getByRole('button', { name: '使用手机自带的相机' }).waitFor()
    await look(person.page, 'camera-missing-zh', [{ width: 360, height: 740 }])
    await chooseInstead(person)
  })

  chapter('nothing went wrong in the page', async () => {
    await ada.leave()
  })

  async function openCamera() {
    await button('Add to the message').click()
    await ada.page.getByRole('menuitem', { name: 'Take a photo' }).click()
  }

  /** The camera shows something. */
  const live = () => ada.page.locator('.shutter:enabled').waitFor()

  const usedCamera = () =>
    ada.page
      .locator('video')
      .evaluate((video) => video.srcObject?.getVideoTracks()[0]?.getSettings().deviceId)

  /** To those who listen. */
  const said = (words) =>
    ada.page.locator('dialog [role=status]').filter({ hasText: words }).waitFor({ state: 'attached' })

  /** Somebody with another browser, who wants to take a photo. */
  async function elsewhere(args, options = {}) {
    const browser = await launch(porch, { args })
    others.push(browser)
    const person = await Person.at(browser, porch, `Grace ${others.length}`, options)
    await person.fillIn('/join')
    await person.page.locator('a.row').first().waitFor()
    await person.page.goto('/r/1')
    const { page } = person
    await page.locator('.composer button[aria-haspopup=menu]').click()
    await page.getByRole('menuitem').nth(1).click()
    return person
  }

  async function chooseInstead({ page }) {
    const bytes = await page.evaluate(onePicture)
    await page
      .locator('dialog input[type=file]:not([capture])')
      .setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: Buffer.from(bytes) })
    await page.locator('.tray button.thing[aria-label*="me."]').waitFor()
  }

  const sent = (body) => sentMessage(ada.page, body)
})

/** In the page: counts how many cameras are on. */
function countCameras() {
  const tracks = []
  window.camerasOn = () => tracks.filter(({ readyState }) => readyState === 'live').length
  const { mediaDevices } = navigator
  const ask = mediaDevices?.getUserMedia.bind(mediaDevices)
  if (!ask) return
  window.askCamera = async (wanted) => {
    const stream = await ask(wanted)
    tracks.push(...stream.getTracks())
    return stream
  }
  mediaDevices.getUserMedia = (wanted) => window.askCamera(wanted)
}

/** In the page: the person has not yet answered whether the page may have the camera. */
function holdCamera() {
  const ask = window.askCamera
  let allowed
  const asked = new Promise((resolve) => (allowed = resolve))
  window.askCamera = async (wanted) => {
    await asked
    return ask(wanted)
  }
  window.letCamera = async () => {
    window.askCamera = ask
    allowed()
    // The page has had it, and whatever it does then.
    for (let turn = 0; turn < 60; turn++) await new Promise(requestAnimationFrame)
  }
}

/** In the page: what the camera sees is red on the left and blue on the right. */
async function showSides(video) {
  const canvas = document.createElement('canvas')
  canvas.width = 640
  canvas.height = 480
  const context = canvas.getContext('2d')
  context.fillStyle = '#f00'
  context.fillRect(0, 0, 320, 480)
  context.fillStyle = '#00f'
  context.fillRect(320, 0, 320, 480)
  video.srcObject = canvas.captureStream(10)
  await new Promise((resolve) => video.requestVideoFrameCallback(resolve))
}

/** In the page: as if another tab were looked at. */
function hide(isHidden) {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => isHidden })
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
}

/** In the page: a small picture. */
async function onePicture() {
  const canvas = new OffscreenCanvas(40, 30)
  canvas.getContext('2d').fillRect(0, 0, 40, 30)
  return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())]
}
