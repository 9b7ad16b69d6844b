// What messages bring, told once for the browsers that are not Chromium: pictures, files, doodles and photos, in the room that
// both look at, and what of them is in its gallery.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { isAtEnd } from './chat.js'
import { colourAt, picture } from './picture.js'
import { sentPixels, thickness } from './pixels.js'

const WHITE = [255, 255, 255]
const BLACK = [0, 0, 0]
const RED = [0xd8, 0x23, 0x2a]
/** Of 255, how far a channel is off in a picture that was made smaller: what is lost is not seen. */
const LOSSY = 20
const HUE_OF_LAKE = 200
const HUE_OF_PHOTO = 30
const CORNERS = [
  [0.05, 0.05],
  [0.95, 0.95],
]
const NOTES = 'Protokoll der Sitzung vom zwölften November.txt'
const FIELD = '.composer input[type=file]'

/**
 * One brings a picture and a file, and the other has them: at once, after a reload, and of a box that was restarted. The list is
 * longer than the window (`openWhereOneWas`), and one's page before this one was left for another address (`findAgain`), which
 * WebKit keeps as it was: neither may be felt here.
 */
export async function bringThings(porch, ada, grace) {
  await ada.press('a.row', 'Everybody')
  await grace.press('a.row', 'Everybody')
  const lake = path.join(porch.folder, 'Lake.png')
  const notes = path.join(porch.folder, NOTES)
  await writeFile(lake, picture(2_400, 1_600, HUE_OF_LAKE))
  await writeFile(notes, 'Three lines')
  await ada.see(FIELD)
  await ada.choose(FIELD, lake, notes)
  await ada.see('.tray button.thing', NOTES)
  await ada.see('.tray button.thing[aria-label*="Lake.jpg"] img')
  await send(ada, 'The lake')
  const brought = await seeThings(grace)
  for (const tab of [ada, grace]) await tab.until(isAtEnd)
  assert.deepEqual(brought[0], { type: 'image/jpeg', width: 2_048, height: 1_365 })
  assert.deepEqual(brought[1], 'Three lines')
  await grace.reload()
  assert.deepEqual(await seeThings(grace), brought)
  await porch.restart()
  await grace.reload()
  assert.deepEqual(await seeThings(grace), brought)
}

/** Sees the picture drawn and the file with its name; gives what the box has of them. */
async function seeThings(tab) {
  const { message, colours } = await tab.until(drawnIn, 'article', 'The lake', CORNERS)
  assertNear(colours, coloursOf(HUE_OF_LAKE))
  await tab.see('article a[download]', NOTES)
  return tab.evaluate(broughtBy, message)
}

/** A pen draws as wide as it is pressed, and a mouse draws; the other has ink where they did, and nowhere else. */
export async function doodle(ada, grace) {
  await attach(ada, 'Doodle')
  await ada.see('.pad')
  await ada.press('dialog label[title="Red"]')
  await ada.press('dialog label[title="Broad"]')
  await ada.evaluate(drawWithPen, 0.25, 0.95)
  await ada.evaluate(drawWithPen, 0.5, 0.1)
  await ada.drag(await ada.evaluate(lineAt, 0.75))
  await ada.press('dialog button', 'Done')
  await ada.see('.tray button.thing[aria-label*="Doodle.png"]')
  await send(ada, 'Three red lines')
  const [hard, soft, mouse] = [0.25, 0.5, 0.75].map((y) => [0.5, y])
  const bare = [
    [0.5, 0.375],
    [0.5, 0.9],
    [0.02, 0.25],
  ]
  const { message, colours } = await grace.until(drawnIn, 'article', 'Three red lines', [
    hard,
    mouse,
    ...bare,
  ])
  assertNear(colours, [RED, RED, WHITE, WHITE, WHITE])
  const sent = await sentPixels(grace, message, [hard, soft, mouse, ...bare])
  assert.deepEqual([sent.width, sent.height], [2_048, 1_536])
  assert.deepEqual(sent.colours, [RED, RED, RED, WHITE, WHITE, WHITE])
  const pressed = await thickness(grace, message, 0.5, RED, [0.15, 0.35])
  const touched = await thickness(grace, message, 0.5, RED, [0.4, 0.6])
  assert.ok(pressed > touched * 2 && touched > 3, `pressed ${pressed} px, touched ${touched} px`)
}

/** What the camera has seen is what the other sees, and the camera is off when it has. */
export async function takePhoto(ada, grace) {
  await attach(ada, 'Take a photo')
  await ada.see('dialog .shutter:enabled')
  const { width, height } = await ada.evaluate(() => {
    window.camera = document.querySelector('dialog video').srcObject.getVideoTracks()[0]
    return window.camera.getSettings()
  })
  await ada.press('dialog button[aria-label="After 3 seconds"]')
  await ada.press('dialog .shutter')
  const taken = await ada.until(drawnIn, 'dialog[open]', '', CORNERS)
  assert.equal(await ada.evaluate(() => window.camera.readyState), 'ended')
  assert.notDeepEqual(taken.colours[0], BLACK)
  await ada.press('dialog button', 'Use this photo')
  await ada.see('.tray button.thing[aria-label*="Photo.jpg"]')
  await send(ada, 'That is me')
  const { message, colours } = await grace.until(drawnIn, 'article', 'That is me', CORNERS)
  assertNear(colours, taken.colours)
  const sent = await sentPixels(grace, message, CORNERS)
  assert.deepEqual([sent.width, sent.height], [width, height])
}

/** Where no camera is, that is said, and a picture does. */
export async function choosePhotoInstead(porch, ada, grace) {
  await attach(ada, 'Take a photo')
  await ada.see('dialog [role=alert]', 'This device has no camera that the browser finds.')
  await ada.see('dialog button', 'Choose a picture')
  const photo = path.join(porch.folder, 'me.png')
  await writeFile(photo, picture(640, 480, HUE_OF_PHOTO))
  await ada.choose('dialog input[type=file]:not([capture])', photo)
  await ada.see('.tray button.thing[aria-label*="me.png"]')
  await send(ada, 'That is me')
  const { colours } = await grace.until(drawnIn, 'article', 'That is me', CORNERS)
  assertNear(colours, coloursOf(HUE_OF_PHOTO))
}

/** The room's gallery has `pictures` pictures and one file; one of them is looked at closely, and found in the conversation. */
export async function lookThrough(tab, url, pictures) {
  await tab.goto(`${url}/r/1/pictures`)
  await tab.until(areDrawn, 'main li[data-key] img', pictures)
  await tab.press('main li[data-key] button[data-thing]')
  await tab.see('dialog[open] h2', `Picture ${pictures} of ${pictures}`)
  for (let left = pictures; left > 1; left--)
    await tab.press('dialog[open] button[aria-label="Previous picture"]')
  await tab.see('dialog[open] h2', `Picture 1 of ${pictures}`)
  const { colours } = await tab.until(drawnIn, 'dialog[open]', 'The lake', CORNERS)
  assertNear(colours, coloursOf(HUE_OF_LAKE))
  await tab.press('dialog[open] button[aria-label="Close"]')
  await tab.seeNo('dialog[open]')
  await tab.press('main nav a', 'Files')
  await tab.see('main li a[download]', NOTES)
  assert.deepEqual(
    await tab.evaluate(() => [location.pathname, document.querySelectorAll('main li').length]),
    ['/r/1/files', 1],
  )
  await tab.press('main li a[aria-label="Show in the conversation"]')
  await tab.see('article.flash', 'The lake')
}

async function attach(tab, what) {
  await tab.press('.composer button[aria-label="Add to the message"]')
  await tab.press('[role=menuitem]', what)
}

/** Sends what is in the tray with these words. */
async function send(tab, words) {
  await tab.type('.composer textarea', words)
  await tab.press('.composer button[type=submit]')
}

/** What such a picture has in its corners. */
const coloursOf = (hue) => CORNERS.map(([x, y]) => colourAt(x, y, hue))

function assertNear(colours, wanted) {
  const off = colours.flatMap((colour, at) =>
    colour.map((value, channel) => Math.abs(value - wanted[at][channel])),
  )
  assert.equal(colours.length, wanted.length)
  assert.ok(Math.max(...off) <= LOSSY, `${colours.join(' | ')} is not ${wanted.join(' | ')}`)
}

/**
 * In the page: of the last such element with these words the picture, once it is drawn: which message has brought it, and its
 * colours at places told in parts of it.
 */
function drawnIn(around, words, places) {
  const img = [...document.querySelectorAll(around)]
    .findLast((each) => each.textContent.includes(words))
    ?.querySelector('img')
  if (!img?.complete || img.naturalWidth === 0) return null
  const { naturalWidth: width, naturalHeight: height } = img
  const context = new OffscreenCanvas(width, height).getContext('2d')
  context.drawImage(img, 0, 0)
  const at = ([x, y]) => [...context.getImageData(x * (width - 1), y * (height - 1), 1, 1).data].slice(0, 3)
  return { message: Number(new URL(img.currentSrc).pathname.split('/')[3]), colours: places.map(at) }
}

/** In the page: whether so many such pictures are there, and all of them are drawn. */
function areDrawn(selector, count) {
  const all = [...document.querySelectorAll(selector)]
  return all.length === count && all.every((img) => img.complete && img.naturalWidth > 0)
}

/** In the page: the picture and the file of a message, as the box has them now. */
async function broughtBy(message) {
  const answers = [0, 1].map((place) => fetch(`/api/attachments/${message}/${place}`, { cache: 'no-store' }))
  const [lake, notes] = await Promise.all(answers)
  const { width, height } = await createImageBitmap(await lake.blob())
  return [{ type: lake.headers.get('content-type'), width, height }, await notes.text()]
}

/** In the page: places of the window along a line over the sheet, at this part of its height. */
function lineAt(y) {
  const { left, top, width, height } = document.querySelector('.paper').getBoundingClientRect()
  return Array.from({ length: 13 }, (_, at) => ({ x: left + width * (0.1 + at / 15), y: top + height * y }))
}

/**
 * In the page: a pen draws such a line, pressed as told. Neither of these drivers has a pen: what one does is told to the page
 * by itself.
 */
function drawWithPen(y, pressure) {
  const { left, top, width, height } = document.querySelector('.paper').getBoundingClientRect()
  const pad = document.querySelector('.pad')
  const tell = (type, part) =>
    pad.dispatchEvent(
      new PointerEvent(type, {
        bubbles: true,
        pointerId: 7,
        pointerType: 'pen',
        pressure,
        buttons: 1,
        clientX: left + width * part,
        clientY: top + height * y,
      }),
    )
  // Nobody holds a pointer that is only told of.
  pad.setPointerCapture = () => {}
  tell('pointerdown', 0.1)
  for (let at = 1; at <= 12; at++) tell('pointermove', 0.1 + at / 15)
  tell('pointerup', 0.9)
  delete pad.setPointerCapture
}
