// Doodles, in Chromium: drawn by pens, fingers, mice and keys, taken back, kept, and sent as pictures that others draw on.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { devices, launch, skip } from './harness/chromium.js'
import { everythingKept, untilKept } from './harness/kept.js'
import { look } from './harness/look.js'
import { Person } from './harness/person.js'
import { picture } from './harness/picture.js'
import { drawnPixels, drawnSum, sentPixels, thickness } from './harness/pixels.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'
import { sentMessage, until } from './harness/until.js'
import { Voice } from './harness/voice.js'

const WHITE = [255, 255, 255]
const BLACK = [0, 0, 0]
const RED = [0xd8, 0x23, 0x2a]
/** A phone on its side. */
const LYING = [{ width: 640, height: 360 }]

describe('doodles in Chromium', { skip }, () => {
  let porch, browser, ada, grace, phone, devtools
  const chapter = story(() => [ada, phone].filter(Boolean).map((person) => person.page))

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch)
    ada = await Person.at(browser, porch, 'Ada')
    await ada.join()
    await ada.openRoom('Everybody')
    devtools = await ada.context.newCDPSession(ada.page)
    grace = await Voice.join(porch, 'Grace')
  })

  after(async () => {
    grace?.leave()
    await browser?.close()
    await porch?.stop()
  })

  chapter('a pen draws as wide as it is pressed, and what was drawn is sent as a picture', async () => {
    const { page } = ada
    await openDoodle()
    await choose('Red', 'Broad')
    await pen([0.1, 0.3], [0.9, 0.3], 0.95)
    await pen([0.1, 0.7], [0.9, 0.7], 0.1)
    await look(page, 'doodle')
    await look(page, 'doodle-lying', LYING)
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.getByRole('button', { name: 'Done' }).click()
    await page.locator('.tray button.thing[aria-label*="Doodle.png"]').waitFor()
    // One is where one writes: a caption, and Enter sends.
    await page.keyboard.type('My first')
    await page.keyboard.press('Enter')
    const message = await sent('My first')
    const { width, height, colours } = await sentPixels(page, message.id, [
      [0.5, 0.3],
      [0.5, 0.7],
      [0.5, 0.5],
      [0.02, 0.3],
    ])
    assert.deepEqual([width, height], [2_048, 1_536])
    assert.deepEqual(colours, [RED, RED, WHITE, WHITE])
    const hard = await thickness(page, message.id, 0.5, RED, [0.2, 0.4])
    const soft = await thickness(page, message.id, 0.5, RED, [0.6, 0.8])
    assert.ok(hard > soft * 2, `pressed ${hard} px, touched ${soft} px`)
    assert.ok(soft > 3 && hard < 34 * 2, `pressed ${hard} px, touched ${soft} px`)
  })

  chapter('all of it is undone and redone, to the same pixels', async () => {
    const { page } = ada
    await openDoodle()
    await choose('Blue', 'Medium')
    const sums = [await drawnSum(page)]
    for (const y of [0.2, 0.4]) {
      await mouse([0.1, y], [0.5, y + 0.1], [0.9, y])
      sums.push(await drawnSum(page))
    }
    await tool('Eraser')
    await mouse([0.5, 0.1], [0.5, 0.9])
    sums.push(await drawnSum(page))
    await tool('Stamp')
    await page.getByRole('radio', { name: '🌈' }).check({ force: true })
    await mouse([0.3, 0.7])
    sums.push(await drawnSum(page))
    await on('Squared paper')
    sums.push(await drawnSum(page))
    assert.equal(new Set(sums).size, sums.length, 'each is to be seen')
    for (let at = sums.length - 2; at >= 0; at--) {
      await page.keyboard.press('Control+z')
      assert.equal(await drawnSum(page), sums[at], `undone to ${at}`)
    }
    await page.locator('button[aria-label=Undo]:disabled').waitFor()
    for (let at = 1; at < sums.length; at++) {
      await page.keyboard.press(at % 2 ? 'Control+Shift+z' : 'Control+y')
      assert.equal(await drawnSum(page), sums[at], `redone to ${at}`)
    }
    await page.locator('button[aria-label=Redo]:disabled').waitFor()
  })

  chapter('the eraser leaves what lies below, and a black sheet is black', async () => {
    const { page } = ada
    await on('Black')
    assert.deepEqual(await drawnPixels(page, [[0.5, 0.25]]), [BLACK], 'erased there')
    const [[, , blue]] = await drawnPixels(page, [[0.3, 0.25]])
    assert.ok(blue > 150, 'and not there')
    await on('White')
    assert.deepEqual(await drawnPixels(page, [[0.5, 0.25]]), [WHITE])
  })

  chapter('clearing is asked, and undone', async () => {
    const { page } = ada
    const before = await drawnSum(page)
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    assert.equal(await drawnSum(page), before)
    await page.getByRole('button', { name: 'Clear' }).click()
    await look(page, 'doodle-clear')
    await page
      .getByRole('dialog', { name: 'Clear the doodle?' })
      .getByRole('button', { name: 'Clear' })
      .click()
    await page.locator('button[aria-label=Clear]:disabled').waitFor()
    assert.deepEqual(await drawnPixels(page, [[0.3, 0.25]]), [WHITE])
    await page.keyboard.press('Control+z')
    assert.equal(await drawnSum(page), before)
  })

  chapter('what is not sent survives a reload, with all that can be undone', async () => {
    const { page } = ada
    const before = await drawnSum(page)
    await page.getByRole('button', { name: 'Close' }).click()
    await page.locator('.toast', { hasText: 'stays on this device until you send it' }).waitFor()
    await page.reload()
    await seeWay('Go on with the doodle')
    await openDoodle()
    assert.equal(await drawnSum(page), before)
    await page.keyboard.press('Control+z')
    assert.notEqual(await drawnSum(page), before)
    await page.keyboard.press('Control+y')
    assert.equal(await drawnSum(page), before)
    // Another room has its own.
    await page.goBack()
    await page.locator('.pad').waitFor({ state: 'detached' })
  })

  chapter('once sent it is no more on the device, and the next begins empty', async () => {
    const { page } = ada
    await openDoodle()
    await page.getByRole('button', { name: 'Done' }).click()
    await page.locator('.tray button.thing').waitFor()
    assert.equal(await keptDoodles(page), 0)
    await page.keyboard.type('My second')
    await page.keyboard.press('Enter')
    await sent('My second')
    await seeWay('Doodle')
    await openDoodle()
    assert.deepEqual(await drawnPixels(page, [[0.3, 0.25]]), [WHITE])
    await page.keyboard.press('Escape')
    await page.locator('.pad').waitFor({ state: 'detached' })
    assert.equal(await keptDoodles(page), 0, 'a sheet that was not drawn on is not kept')
  })

  chapter('one draws on a picture of somebody else', async () => {
    const { page } = ada
    await grace.bring(
      [{ name: 'lake.png', type: 'image/png', bytes: picture(1_600, 1_000, 120) }],
      'The lake',
    )
    const own = await sent('The lake')
    await openViewer('The lake')
    await look(page, 'viewer-draw')
    await page.getByRole('button', { name: 'Draw on it' }).click()
    await page.locator('.pad').waitFor()
    await until(async () => (await drawnPixels(page, [[0.5, 0.5]]))[0].join() !== WHITE.join())
    await choose('Red', 'Very broad')
    await tool('Pen')
    await pen([0.2, 0.5], [0.8, 0.5], 0.8)
    await look(page, 'doodle-picture')
    await page.getByRole('button', { name: 'Done' }).click()
    await page.locator('.tray button.thing').waitFor()
    await until(() => ada.composer().evaluate((field) => field === document.activeElement))
    await page.locator('.composer [role=status]', { hasText: 'Added' }).waitFor()
    await ada.composer().fill('With a boat')
    await ada.composer().press('Enter')
    const message = await sent('With a boat')
    const places = [
      [0.1, 0.1],
      [0.9, 0.9],
    ]
    const drawn = await sentPixels(page, message.id, [[0.5, 0.5], ...places])
    assert.deepEqual([drawn.width, drawn.height], [1_600, 1_000])
    assert.ok(isNear(drawn.colours[0], RED, 12), `ink: ${drawn.colours[0]}`)
    const below = await sentPixels(page, own.id, places)
    for (const at of [0, 1])
      assert.ok(isNear(drawn.colours[at + 1], below.colours[at], 12), `${drawn.colours} on ${below.colours}`)
    // And on that one again.
    await openViewer('With a boat')
    await page.getByRole('button', { name: 'Draw on it' }).click()
    await page.locator('.pad').waitFor()
    await until(async () => isNear((await drawnPixels(page, [[0.5, 0.5]]))[0], RED, 12))
    await page.keyboard.press('Escape')
    await page.locator('.pad').waitFor({ state: 'detached' })
  })

  chapter('a picture of the gallery is drawn on, and one is where the drawing waits', async () => {
    const { page } = ada
    await page.goto('/r/1/pictures')
    await page.locator('main li button').first().click()
    await page.getByRole('button', { name: 'Draw on it' }).click()
    await page.locator('.pad').waitFor()
    await choose('Red', 'Very broad')
    await mouse([0.2, 0.2], [0.8, 0.8])
    await page.getByRole('button', { name: 'Done' }).click()
    await page.locator('.tray button.thing[aria-label*="Doodle.png"]').waitFor()
    assert.equal(new URL(page.url()).pathname, '/r/1')
    await page.locator('.composer [role=status]', { hasText: 'Added' }).waitFor()
    await until(() => ada.composer().evaluate((field) => field === document.activeElement))
    await page.locator('.tray .remove').click()
  })

  chapter('of what was undone to nothing there is nothing to send, and nothing to be asked of', async () => {
    const { page } = ada
    await openDoodle()
    await mouse([0.2, 0.2], [0.8, 0.8])
    await page.keyboard.press('Control+z')
    await page.locator('dialog button:disabled', { hasText: 'Done' }).waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.pad').waitFor({ state: 'detached' })
    assert.equal(await page.locator('.toast', { hasText: 'stays on this device' }).count(), 0)
    await openViewer('The lake')
    await page.getByRole('button', { name: 'Draw on it' }).click()
    await page.locator('.pad').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.pad').waitFor({ state: 'detached' })
  })

  chapter('a doodle that was begun is not lost to a picture', async () => {
    const { page } = ada
    await openDoodle()
    await mouse([0.2, 0.2], [0.8, 0.8])
    const before = await drawnSum(page)
    await page.keyboard.press('Escape')
    await page.locator('.pad').waitFor({ state: 'detached' })
    await openViewer('The lake')
    await page.getByRole('button', { name: 'Draw on it' }).click()
    await look(page, 'doodle-begun')
    await page.getByRole('button', { name: 'Go on with it' }).click()
    await page.locator('.pad').waitFor()
    assert.equal(await drawnSum(page), before)
    await page.keyboard.press('Escape')
    await page.locator('.pad').waitFor({ state: 'detached' })
    await openViewer('The lake')
    await page.getByRole('button', { name: 'Draw on it' }).click()
    await page.getByRole('button', { name: 'Discard it' }).click()
    await page.locator('.pad').waitFor()
    await until(async () => (await drawnPixels(page, [[0.5, 0.5]]))[0].join() !== WHITE.join())
    await page.keyboard.press('Escape')
    await page.locator('.pad').waitFor({ state: 'detached' })
    assert.equal(await keptDoodles(page), 0)
  })

  chapter('what waits in the tray is drawn on, and stays in its place', async () => {
    const { page } = ada
    const file = (name, hue) => ({ name, mimeType: 'image/png', buffer: picture(1_200, 900, hue) })
    await page.locator('.composer input[type=file]').setInputFiles([file('a.png', 10), file('b.png', 200)])
    await page.locator('.tray button.thing[aria-label*="a.png"]').click()
    await page.getByRole('menuitem', { name: 'Draw on it' }).click()
    await page.locator('.pad').waitFor()
    await mouse([0.2, 0.2], [0.8, 0.8])
    await page.getByRole('button', { name: 'Done' }).click()
    await page.locator('.tray button.thing[aria-label*="1 of 2"][aria-label*="Doodle"]').waitFor()
    for (const _ of [1, 2]) await page.locator('.tray .remove').first().click()
  })

  chapter('by keys alone one opens it, draws, stamps and sends', async () => {
    const { page } = ada
    await page.getByRole('button', { name: 'Add to the message' }).focus()
    await page.keyboard.press('Enter')
    // The last but one.
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await page.getByRole('application', { name: 'Drawing area' }).waitFor()
    await until(() => page.evaluate(() => document.activeElement?.getAttribute('role') === 'application'))
    await page.keyboard.press(' ')
    for (let step = 0; step < 6; step++) await page.keyboard.press('ArrowRight')
    await page.keyboard.press(' ')
    await said('Pen up')
    await look(page, 'doodle-keys', [{ width: 1280, height: 800 }])
    const [middle] = await drawnPixels(page, [[0.52, 0.5]])
    assert.deepEqual(middle, RED, 'in the colour that was in hand')
    for (let step = 0; step < 5; step++) await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Tab')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    assert.ok(await page.getByRole('radio', { name: 'Stamp' }).isChecked())
    await page.keyboard.press('Shift+Tab')
    const before = await drawnSum(page)
    await page.keyboard.press('Enter')
    await said('placed')
    assert.notEqual(await drawnSum(page), before)
    await page.keyboard.press('+')
    await page.locator('.paper[style*="scale(1.5)"]').waitFor()
    await page.keyboard.press('0')
    await page.locator('.paper[style*="scale(1)"]').waitFor()
    await page.keyboard.press('Shift+Tab')
    assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), 'Done')
    await page.keyboard.press('Enter')
    await page.locator('.tray button.thing').waitFor()
    await page.keyboard.type('By keys')
    await page.keyboard.press('Enter')
    await sent('By keys')
  })

  chapter('a long line has no seams, and undoing among hours of them is as quick and exact', async () => {
    const { page } = ada
    await openDoodle()
    await tool('Pen')
    await choose('Blue', 'Medium')
    const sums = []
    for (let line = 0; line < 24; line++) {
      await scribble(700, line)
      sums.push(await drawnSum(page))
    }
    for (let line = 22; line >= 0; line--) {
      await page.keyboard.press('Control+z')
      assert.equal(await drawnSum(page), sums[line], `line ${line}`)
    }
    for (let line = 1; line < 24; line++) await page.keyboard.press('Control+y')
    assert.equal(await drawnSum(page), sums[23])
    // It is kept step by step, a moment after each.
    await untilKept(page, '"done":24')
    await page.keyboard.press('Escape')
    await page.locator('.pad').waitFor({ state: 'detached' })
    await page.reload()
    await openDoodle()
    assert.equal(await drawnSum(page), sums[23])
    await page.keyboard.press('Escape')
    await page.locator('.pad').waitFor({ state: 'detached' })
  })

  chapter('on a phone one finger draws and two come closer; it is in the other language, too', async () => {
    phone = await Person.at(browser, porch, 'Lin', {
      ...devices['Pixel 7'],
      locale: 'zh-CN',
      colorScheme: 'dark',
      reducedMotion: 'reduce',
    })
    await phone.fillIn('/join')
    await phone.page.locator('a.row').first().waitFor()
    await phone.page.goto('/r/1')
    const { page } = phone
    await page.getByRole('button', { name: '添加到消息' }).tap()
    await page.getByRole('menuitem', { name: '涂鸦' }).tap()
    await page.locator('.pad').waitFor()
    const touch = await phone.context.newCDPSession(page)
    const fingers = (type, ...points) =>
      touch.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: points.map(([x, y], id) => ({ x, y, id })),
      })
    const box = await page.locator('.pad').boundingBox()
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    const empty = await drawnSum(page)
    await fingers('touchStart', [x - 90, y])
    for (let step = 1; step <= 9; step++) await fingers('touchMove', [x - 90 + step * 20, y])
    await fingers('touchEnd')
    // However quick it was, the tap after it is one.
    await page.getByRole('button', { name: '撤销' }).tap()
    await until(async () => (await drawnSum(page)) === empty)
    await page.getByRole('button', { name: '重做' }).tap()
    await until(async () => (await drawnSum(page)) !== empty)
    const drawn = await drawnSum(page)
    // Two fingers: nothing is drawn, and what is in the middle grows.
    await fingers('touchStart', [x - 40, y])
    await fingers('touchStart', [x - 40, y], [x + 40, y])
    for (let step = 1; step <= 4; step++)
      await fingers('touchMove', [x - 40 - step * 10, y], [x + 40 + step * 10, y])
    await fingers('touchEnd')
    await page.waitForFunction(() =>
      /scale\((1\.9\d*|2|2\.0\d*)\)/.test(document.querySelector('.paper').style.transform),
    )
    assert.equal(await drawnSum(page), drawn)
    // What the system takes for itself at once was not meant.
    await fingers('touchStart', [x, y - 60])
    await fingers('touchMove', [x + 10, y - 60])
    await fingers('touchCancel')
    assert.equal(await drawnSum(page), drawn)
    await look(page, 'doodle-phone-zh')
    await look(page, 'doodle-phone-lying-zh', LYING)
  })

  chapter('with letters twice as large all tools are there', async () => {
    const { page } = phone
    await page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'))
    for (const size of [{ width: 360, height: 740 }, ...LYING]) {
      await page.setViewportSize(size)
      await look(page, `doodle-large-${size.width}`, [size])
      const out = await page.evaluate(outside)
      assert.deepEqual(out, [], `at ${size.width} px`)
    }
    await page.evaluate(() => document.documentElement.style.removeProperty('font-size'))
    await page.goBack()
    await page.locator('.pad').waitFor({ state: 'detached' })
  })

  chapter('whoever signs out leaves none of it on the device', async () => {
    const { page } = phone
    assert.ok((await keptDoodles(page)) > 0)
    await page.goto('/me')
    await page.getByRole('button', { name: '退出登录', exact: true }).last().tap()
    await page.getByRole('dialog').getByRole('button', { name: '退出登录' }).tap()
    await page.waitForURL((url) => url.pathname !== '/me')
    await until(async () => (await keptDoodles(page)) === 0)
    assert.ok(!(await everythingKept(page)).includes('"is":"ink"'))
    await phone.leave()
    phone = null
  })

  chapter('in a room that one is taken out of, it closes and nothing of it stays', async () => {
    const { page } = ada
    const { room } = await grace.command({
      type: 'create_room',
      name: 'Sketches',
      access: 'closed',
      members: [await page.evaluate(async () => (await (await fetch('/api/me')).json()).user.id)],
    })
    await ada.openRoom('Sketches')
    const before = await keptDoodles(page)
    await openDoodle()
    await mouse([0.2, 0.2], [0.8, 0.8])
    await until(async () => (await keptDoodles(page)) > before)
    const me = await page.evaluate(async () => (await (await fetch('/api/me')).json()).user.id)
    await grace.command({ type: 'remove_member', room, user: me })
    await page.locator('.pad').waitFor({ state: 'detached' })
    await until(async () => (await keptDoodles(page)) === before)
  })

  chapter('nothing went wrong in the page', async () => {
    await ada.leave()
  })

  async function openDoodle() {
    await ada.page.getByRole('button', { name: 'Add to the message' }).click()
    await ada.page.getByRole('menuitem', { name: 'Doodle' }).click()
    await ada.page.locator('.pad').waitFor()
    await ada.page.evaluate(() => new Promise(requestAnimationFrame))
  }

  /** What the menu calls it. */
  async function seeWay(name) {
    await ada.page.getByRole('button', { name: 'Add to the message' }).click()
    const way = ada.page.getByRole('menuitem', { name, exact: true })
    await way.waitFor()
    await ada.page.keyboard.press('Escape')
    await way.waitFor({ state: 'hidden' })
  }

  async function openViewer(text) {
    await ada.message(text).locator('button.open').first().click()
    await ada.page.getByRole('button', { name: 'Draw on it' }).waitFor()
  }

  const tool = (name) => ada.page.getByRole('radio', { name, exact: true }).check({ force: true })

  async function choose(colour, width) {
    await tool(colour)
    await tool(width)
  }

  async function on(ground) {
    await ada.page.getByRole('button', { name: 'What to draw on' }).click()
    await ada.page
      .getByRole(/picture|photo/.test(ground) ? 'menuitem' : 'menuitemradio', { name: ground, exact: true })
      .click()
  }

  /** Where a place told in parts of the drawing is on the screen. */
  async function onScreen([x, y]) {
    const box = await ada.page.locator('.paper').boundingBox()
    return { x: box.x + x * box.width, y: box.y + y * box.height }
  }

  async function pen(from, to, force) {
    const [begin, end] = [await onScreen(from), await onScreen(to)]
    const told = (type, point, more) =>
      devtools.send('Input.dispatchMouseEvent', {
        type,
        ...point,
        pointerType: 'pen',
        button: 'left',
        ...more,
      })
    await told('mousePressed', begin, { force, buttons: 1, clickCount: 1 })
    for (let step = 1; step <= 12; step++) {
      const part = step / 12
      const point = { x: begin.x + part * (end.x - begin.x), y: begin.y + part * (end.y - begin.y) }
      await told('mouseMoved', point, { force, buttons: 1 })
    }
    await told('mouseReleased', end, { buttons: 0, clickCount: 1 })
  }

  async function mouse(...places) {
    const [first, ...others] = await Promise.all(places.map(onScreen))
    await ada.page.mouse.move(first.x, first.y)
    await ada.page.mouse.down()
    for (const { x, y } of others) await ada.page.mouse.move(x, y, { steps: 8 })
    await ada.page.mouse.up()
  }

  /** A line of so many points, as a screen that feels often tells of them. */
  function scribble(count, line) {
    return ada.page.evaluate(
      async ({ count, line }) => {
        const pad = document.querySelector('.pad')
        const { left, top, width, height } = document.querySelector('.paper').getBoundingClientRect()
        const tell = (type, at) =>
          pad.dispatchEvent(
            new PointerEvent(type, {
              bubbles: true,
              pointerId: 1,
              pointerType: 'pen',
              pressure: 0.5,
              buttons: 1,
              clientX: left + width * (0.5 + 0.4 * Math.cos(at / 20 + line)),
              clientY: top + height * (0.5 + 0.4 * Math.sin(at / 31 + line * 2)),
            }),
          )
        const { setPointerCapture } = Element.prototype
        // Nobody holds a pointer that is only told of.
        Element.prototype.setPointerCapture = () => {}
        tell('pointerdown', 0)
        for (let at = 1; at < count; at++) {
          tell('pointermove', at)
          if (at % 100 === 0) await new Promise(requestAnimationFrame)
        }
        tell('pointerup', count)
        Element.prototype.setPointerCapture = setPointerCapture
      },
      { count, line },
    )
  }

  /** To those who listen. */
  const said = (words) =>
    ada.page.locator('dialog [role=status]', { hasText: words }).waitFor({ state: 'attached' })

  const sent = (body) => sentMessage(ada.page, body)
})

function isNear(colour, other, by) {
  return colour.every((value, channel) => Math.abs(value - other[channel]) <= by)
}

/** How many parts of doodles lie on the device. */
function keptDoodles(page) {
  return page.evaluate(async () => {
    const answered = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
    const db = await answered(indexedDB.open('porch'))
    const keys = await answered(db.transaction('doodles').objectStore('doodles').getAllKeys())
    db.close()
    return keys.length
  })
}

/** In the page: which controls lie beyond the window, or beyond what can be scrolled to. */
function outside() {
  return [...document.querySelectorAll('dialog[open] :is(button, label)')]
    .filter((control) => {
      control.scrollIntoView({ block: 'nearest', inline: 'nearest' })
      const { left, right, top, bottom } = control.getBoundingClientRect()
      return left < -1 || right > innerWidth + 1 || top < -1 || bottom > innerHeight + 1
    })
    .map((control) => control.getAttribute('aria-label') ?? control.title ?? control.textContent)
}
