// What messages bring, in Chromium: pictures one by one and in albums, sounds, voice messages, films and files; that nothing
// moves when they come; and the viewer, by keyboard.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { film, moving, silence } from './harness/brought.js'
import { launch, skip } from './harness/chromium.js'
import { look, WIDEST } from './harness/look.js'
import { Person } from './harness/person.js'
import { picture } from './harness/picture.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'
import { Voice } from './harness/voice.js'

const LEVELS = Array.from({ length: 64 }, (_, at) => Math.round(120 + 110 * Math.sin(at / 3)))

const png = (width, height, hue, more = {}) => ({
  name: `IMG_${hue}.png`,
  type: 'image/png',
  bytes: picture(width, height, hue),
  ...more,
})
const spoken = (ms) => ({
  name: 'voice.ogg',
  type: 'audio/ogg',
  bytes: silence(ms),
  voice: { ms, levels: LEVELS },
})
const text = (name) => ({ name, type: 'application/octet-stream', bytes: Buffer.from('%PDF-1.7 nothing') })

describe('what messages bring in Chromium', { skip }, () => {
  let porch, browser, ada, grace
  const chapter = story(() => [ada].filter(Boolean).map((person) => person.page))
  const pictures = () => ada.page.locator('article .cell img')
  const viewer = () => ada.page.locator('dialog[open]')

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch)
    ada = await Person.at(browser, porch, 'Ada')
    await ada.join()
    grace = await Voice.join(porch, 'Grace')
  })

  after(async () => {
    grace?.leave()
    await browser?.close()
    await porch?.stop()
  })

  chapter('a picture stands where its room was kept, and moves nothing when it comes', async () => {
    for (let line = 1; line <= 30; line++) grace.say(`Line ${line}`)
    await grace.bring([png(1_600, 1_200, 90, { alt: 'A green garden' })], 'The garden')
    await grace.bring([png(900, 1_200, 20), png(1_200, 900, 200), png(800, 800, 280)])
    // Everything of it comes late, and one after the other: the chunk that draws it, then each picture.
    await ada.page.addInitScript(watchShifts)
    await ada.page.route(/\/assets\/Attachments-.*\.js/, delayed(600))
    await ada.page.route(/\/api\/attachments\//, delayed(900))
    await ada.openRoom('Everybody')
    await ada.page.reload()
    await ada.page.locator('article .attached').nth(1).waitFor()
    const room = await boxesOf(ada.page)
    await ada.page.waitForFunction(loaded, 4)
    assert.deepEqual(await boxesOf(ada.page), room)
    assert.deepEqual(await ada.page.evaluate(() => window.shifts), [])
    assert.equal(await pictures().first().getAttribute('alt'), 'A green garden')
    assert.equal(await pictures().nth(1).getAttribute('alt'), 'Picture 1 of 3 from Grace')
    const box = await pictures().first().boundingBox()
    assert.deepEqual([Math.round(box.width), Math.round(box.height)], [320, 240])
    await ada.page.unrouteAll({ behavior: 'wait' })
  })

  chapter('one that cannot be had says so, and comes with another try', async () => {
    await ada.page.route(/\/api\/attachments\//, (route) => route.fulfill({ status: 404 }))
    await grace.bring([png(640, 480, 320)])
    const failed = ada.page.getByRole('button', { name: 'The picture could not be loaded. Try again' })
    await failed.waitFor()
    await look(ada.page, 'pictures-failed', WIDEST)
    await ada.page.unrouteAll({ behavior: 'wait' })
    await failed.click()
    await ada.page.waitForFunction(loaded, 5)
  })

  chapter('whatever is brought has its place at each width', async () => {
    await grace.bring([{ name: 'dance.gif', type: 'image/gif', bytes: moving(200) }], 'It moves')
    await grace.bring([png(3_000, 300, 40)], 'Very wide')
    await grace.bring(Array.from({ length: 7 }, (_, at) => png(600, 400 + at * 40, at * 50)))
    await grace.bring(
      [text('Protokoll der Sitzung vom zwölften November (2).pdf'), text('a.zip')],
      'For Monday',
    )
    await grace.bring([{ name: 'A long song about the sea.ogg', type: 'audio/ogg', bytes: silence(1_500) }])
    await grace.bring([spoken(1_200)])
    await grace.bring([spoken(2_000)])
    await ada.page.getByRole('slider').nth(1).waitFor()
    await look(ada.page, 'brought')
    for (const width of [320, 360, 768]) {
      await ada.page.setViewportSize({ width, height: 740 })
      const list = await ada.page
        .locator('.viewport')
        .evaluate(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth])
      assert.equal(list[0], list[1], `nothing is wider than the window at ${width} px`)
    }
    // With letters twice as large no name runs over what is beside it, and a wave is still wide enough.
    await ada.page.setViewportSize({ width: 360, height: 740 })
    await ada.page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'))
    const over = await ada.page
      .locator('.viewport, .file-name')
      .evaluateAll(
        (all) => all.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1).length,
      )
    assert.equal(over, 0)
    const wave = await ada.page.getByRole('slider').first().boundingBox()
    assert.ok(wave.width > 100, `the wave is ${wave.width} px wide`)
    await ada.page.evaluate(() => document.documentElement.style.removeProperty('font-size'))
    await ada.page.setViewportSize({ width: 1280, height: 800 })
  })

  chapter('who prefers no motion starts what moves', async () => {
    const row = ada.message('It moves')
    await row.locator('canvas').waitFor()
    await row.getByRole('button', { name: 'Let it move' }).click()
    assert.match(await row.locator('img').getAttribute('src'), /\/0$/)
    await row.getByRole('button', { name: 'Stop it' }).click()
    await row.locator('canvas').waitFor()
  })

  chapter('a voice message is played, the next one after it, and one at a time', async () => {
    const voices = ada.page.getByRole('group', { name: /^Voice message/ })
    assert.equal(await voices.count(), 2)
    await voices.first().getByRole('slider').focus()
    await ada.page.keyboard.press('End')
    assert.equal(await voices.first().getByRole('slider').getAttribute('aria-valuetext'), '0:01 of 0:01')
    await ada.page.keyboard.press('Home')
    await voices.first().getByRole('button', { name: 'Play the voice message' }).click()
    await voices.last().getByRole('button', { name: 'Pause' }).waitFor()
    const playing = await ada.page
      .locator('audio')
      .evaluateAll((all) => all.filter(({ paused }) => !paused).length)
    assert.equal(playing, 1)
    await voices.last().getByRole('button', { name: 'Pause' }).click()
    await voices
      .last()
      .getByRole('button', { name: /^Speed/ })
      .click()
    await voices.first().getByRole('button', { name: 'Speed: 1.5×' }).waitFor()
  })

  chapter('a file is saved under its own name', async () => {
    const [download] = await Promise.all([
      ada.page.waitForEvent('download'),
      ada.page.getByRole('link', { name: /^Save .*Protokoll/ }).click(),
    ])
    assert.equal(download.suggestedFilename(), 'Protokoll der Sitzung vom zwölften November (2).pdf')
  })

  chapter('a picture is looked at by keyboard, and going back closes it and nothing else', async () => {
    const { page } = ada
    const { pathname } = new URL(page.url())
    const first = page.getByRole('button', { name: 'A green garden' })
    await first.focus()
    await page.keyboard.press('Enter')
    await viewer().waitFor()
    await page.getByRole('dialog', { name: /^Picture 1 of \d+: A green garden$/ }).waitFor()
    await look(page, 'viewer')
    await page.keyboard.press('+')
    await page.keyboard.press('+')
    assert.match(await viewer().locator('.picture').getAttribute('style'), /scale\(2\.25\)/)
    await page.keyboard.press('0')
    await page.keyboard.press('ArrowRight')
    await page.getByRole('dialog', { name: /^Picture 2 of/ }).waitFor()
    await page.keyboard.press('ArrowLeft')
    await page.getByRole('dialog', { name: /^Picture 1 of/ }).waitFor()
    // Keys go on after a press on the picture, and when a button is gone or can be pressed no more.
    await viewer().locator('.picture').click()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('dialog', { name: /^Picture 2 of/ }).waitFor()
    await viewer().getByRole('button', { name: 'Larger' }).press('Enter')
    await viewer().getByRole('button', { name: 'Smaller' }).press('Enter')
    await viewer().locator('button:disabled').waitFor()
    assert.equal(await isFocusIn(viewer()), true)
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowRight')
    await viewer().getByRole('button', { name: 'Previous picture' }).press('Enter')
    await page.getByRole('dialog', { name: /^Picture 1 of/ }).waitFor()
    assert.equal(await isFocusIn(viewer()), true)
    await page.keyboard.press('Tab')
    assert.equal(await isFocusIn(viewer()), true)
    // A swipe may begin on a button, too; a press on it stays one.
    const next = await viewer().getByRole('button', { name: 'Next picture' }).boundingBox()
    const from = { x: next.x + next.width / 2, y: next.y + next.height / 2 }
    await page.mouse.move(from.x, from.y)
    await page.mouse.down()
    await page.mouse.move(from.x - 200, from.y, { steps: 5 })
    await page.mouse.up()
    await page.getByRole('dialog', { name: /^Picture 2 of/ }).waitFor()
    await viewer().getByRole('button', { name: 'Next picture' }).click()
    await page.getByRole('dialog', { name: /^Picture 3 of/ }).waitFor()
    await page.keyboard.press('Home')
    await page.getByRole('dialog', { name: /^Picture 1 of/ }).waitFor()
    await page.keyboard.press('Escape')
    await viewer().waitFor({ state: 'detached' })
    assert.equal(await first.evaluate((button) => button === document.activeElement), true)
    await page.keyboard.press('Enter')
    await viewer().waitFor()
    await page.goBack()
    await viewer().waitFor({ state: 'detached' })
    assert.equal(new URL(page.url()).pathname, pathname)
    // From any of them one goes to the message that brought it.
    await page.keyboard.press('Enter')
    await viewer().waitFor()
    await page.keyboard.press('End')
    await viewer().getByRole('button', { name: 'Go to the message' }).click()
    await viewer().waitFor({ state: 'detached' })
    await page.waitForURL(/\/r\/\d+\/\d+$/)
  })

  chapter('the list of chats says it in words', async () => {
    await ada.page.goto('/people')
    await ada.page.getByRole('link', { name: /^Chats/ }).click()
    const said = ada.chatRow('Everybody').locator('.said')
    await said.getByText('Voice message (0:02)').waitFor()
    // What was written is seen, beside a sign for what was brought: that is a word for who sees none.
    await grace.bring([png(640, 480, 60)], 'Look at this')
    await ada.page.getByRole('link', { name: /Picture.*Grace.*Look at this/ }).waitFor()
  })

  chapter('a film has its name and a way to save it, in no more room', async () => {
    const { page } = ada
    await ada.openRoom('Everybody')
    // Neither played nor failed: its bytes never come.
    await page.route(/\/api\/attachments\/\d+\/0$/, () => {})
    await grace.bring([{ name: 'The harbour.webm', type: 'video/webm', bytes: film() }])
    await page.getByRole('link', { name: /^Save .*The harbour\.webm/ }).waitFor()
    const box = await page.locator('.film').boundingBox()
    assert.deepEqual([Math.round(box.width), Math.round(box.height)], [320, 180])
    await look(page, 'film')
    await page.unrouteAll({ behavior: 'ignoreErrors' })
  })

  chapter('after the menu of a message one is where one was, wherever the focus had been', async () => {
    const { page } = ada
    await ada.say('And mine')
    await page.getByRole('button', { name: 'A green garden' }).click()
    await viewer().waitFor()
    await page.keyboard.press('Escape')
    await viewer().waitFor({ state: 'detached' })
    const list = page.locator('.viewport')
    await list.evaluate((list) => list.scrollTo(0, list.scrollHeight))
    const top = await list.evaluate(({ scrollTop }) => scrollTop)
    await ada.message('And mine').evaluate(hold)
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.equal(await list.evaluate(({ scrollTop }) => scrollTop), top)
    assert.equal(await ada.message('And mine').evaluate((row) => row === document.activeElement), true)
  })

  chapter('what the browser makes of a lifted finger is no press, and the next press is one', async () => {
    const { page } = ada
    const row = ada.message('And mine')
    const pressed = (again) =>
      row.evaluate(async (row, again) => {
        let arrived = false
        row.addEventListener(
          'click',
          (event) => {
            arrived = true
            event.stopPropagation()
          },
          { once: true },
        )
        const said = { bubbles: true, pointerType: 'touch', isPrimary: true }
        row.dispatchEvent(new PointerEvent('pointerdown', said))
        await new Promise((resolve) => setTimeout(resolve, 700))
        row.dispatchEvent(new PointerEvent('pointerup', said))
        if (again) row.dispatchEvent(new PointerEvent('pointerdown', said))
        row.click()
        return arrived
      }, again)
    assert.equal(await pressed(false), false)
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'detached' })
    assert.equal(await pressed(true), true)
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'detached' })
  })

  chapter('what is deleted is gone from the page, and from its address', async () => {
    const { page } = ada
    await ada.openRoom('Everybody')
    const row = ada.message('The garden')
    const src = await row.locator('img').getAttribute('src')
    const status = () =>
      page.evaluate((src) => fetch(src, { cache: 'no-store' }).then(({ status }) => status), src)
    assert.equal(await status(), 200)
    const message = Number(src.split('/')[3])
    // Whoever looks at it meanwhile looks at another.
    await row.locator('.open').click()
    await page.getByRole('dialog', { name: /^Picture 1 of \d+: A green garden$/ }).waitFor()
    await grace.command({ type: 'delete', room: 1, message })
    await page.getByRole('dialog', { name: /^Picture 1 of \d+: Picture from Grace$/ }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'A green garden' }).waitFor({ state: 'detached' })
    assert.equal(await status(), 404)
    await ada.leave()
  })
})

/** Notes every shift of the layout that no press has caused. */
function watchShifts() {
  window.shifts = []
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries())
      if (!hadRecentInput)
        window.shifts.push([value, ...sources.map(({ node }) => node?.outerHTML?.slice(0, 80))])
  }).observe({ type: 'layout-shift', buffered: true })
}

const delayed = (ms) => async (route) => {
  await new Promise((resolve) => setTimeout(resolve, ms))
  await route.fallback()
}

/** Whether at least so many pictures are there. */
function loaded(count) {
  const all = [...document.querySelectorAll('article .cell img')]
  return all.filter(({ complete, naturalWidth }) => complete && naturalWidth > 0).length >= count
}

const isFocusIn = (element) => element.evaluate((element) => element.contains(document.activeElement))

/** Holds a finger on a row, and lifts it. */
async function hold(row) {
  const { left, top } = row.getBoundingClientRect()
  const said = { bubbles: true, pointerType: 'touch', isPrimary: true, clientX: left + 40, clientY: top + 10 }
  row.dispatchEvent(new PointerEvent('pointerdown', said))
  await new Promise((resolve) => setTimeout(resolve, 700))
  row.dispatchEvent(new PointerEvent('pointerup', said))
}

/** Where everything that was brought lies. */
function boxesOf(page) {
  return page.locator('article').evaluateAll((rows) =>
    rows.map((row) => {
      const { top, height } = row.getBoundingClientRect()
      return [top, height]
    }),
  )
}
