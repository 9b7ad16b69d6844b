// Where things stand in a conversation, in Chromium: the state of a message, the button of its menu, the menu itself, the
// day, and what runs from right to left.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { devices, launch, skip } from './harness/chromium.js'
import { look, WIDEST } from './harness/look.js'
import { Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'

const WRAPPED = `This is said at some length, ${'so that it does not fit into one line, '.repeat(6)}and ends short`
const HEBREW = 'שלום לכולם'
/** More than a window holds. */
const LINES = 40
/** Rows below this are clear of the bar and of the day, in CSS pixels. */
const BAR = 150

describe('where things stand in Chromium', { skip }, () => {
  let porch, browser, ada, grace
  const chapter = story(() => [ada, grace].filter(Boolean).map((person) => person.page))

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch)
    ada = await Person.at(browser, porch, 'Ada')
    await ada.join()
    await ada.openRoom('Everybody')
    await ada.say(HEBREW)
    await ada.say(WRAPPED)
    grace = await Person.at(browser, porch, 'Grace')
    await grace.join()
    await grace.openRoom('Everybody')
    await grace.say(HEBREW)
    await ada.message(HEBREW).and(ada.page.locator(':not(.mine)')).waitFor()
  })

  after(async () => {
    await browser?.close()
    await porch?.stop()
  })

  chapter('the state stands behind the last word, wherever the line before has ended', async () => {
    for (const width of [360, 768, 1280]) {
      await ada.page.setViewportSize({ width, height: 800 })
      const { gap, sameLine, isWrapped } = await ada.message('at some length').evaluate(behindTheLastWord)
      assert.ok(isWrapped, `the text takes more than a line at ${width} px`)
      assert.ok(sameLine && gap >= 0 && gap < 12, `${gap} px behind the last word at ${width} px`)
    }
  })

  chapter('what runs from right to left begins at one side, whoever has written it', async () => {
    const sides = await ada.page.locator('article', { hasText: HEBREW }).evaluateAll((rows) =>
      rows.map((row) => {
        // With the state, which stands behind the last word: at the left of these.
        const text = row.querySelector('.text')
        const { left } = text.getBoundingClientRect()
        return { left, direction: getComputedStyle(text).direction }
      }),
    )
    assert.equal(sides.length, 2)
    assert.deepEqual(sides[0], sides[1])
    assert.equal(sides[0].direction, 'rtl')
    const text = await ada.message('at some length').locator('.text').boundingBox()
    assert.equal(sides[0].left, text.x, 'where all others begin')
  })

  chapter(
    'the button of the menu stands beside the words, whose row is marked while it is open',
    async () => {
      const row = grace.message(HEBREW)
      await row.hover()
      const more = row.getByRole('button', { name: 'What to do with this message' })
      const [words, button] = [await row.locator('.body').boundingBox(), await more.boundingBox()]
      const gap = button.x - words.x - words.width
      assert.ok(gap >= 0 && gap < 48, `${gap} px beside the words`)
      assert.equal(await marked(grace), 0)
      await more.click()
      await grace.page.getByRole('menu').waitFor()
      assert.equal(await marked(grace), 1)
      const [about, menu] = [await row.boundingBox(), await grace.page.getByRole('menu').boundingBox()]
      assert.ok(
        menu.y >= about.y + about.height || menu.y + menu.height <= about.y,
        `the menu leaves its row to be seen: ${JSON.stringify([about, menu])}`,
      )
      assert.match(await grace.page.locator('article.pressed').textContent(), new RegExp(HEBREW))
      await look(grace.page, 'looks-menu', WIDEST)
      await grace.page.keyboard.press('Escape')
      await grace.page.locator('article.pressed').waitFor({ state: 'detached' })
      // In a window that gets another shape it stays within.
      await row.focus()
      await grace.page.keyboard.press('Enter')
      await grace.page.getByRole('menu').waitFor()
      for (const width of [360, 1280]) {
        await grace.page.setViewportSize({ width, height: 600 })
        await grace.page.waitForFunction(() => {
          const { left, right, bottom } = document.querySelector('[role=menu]').getBoundingClientRect()
          return left >= 0 && right <= innerWidth && bottom <= innerHeight
        })
      }
      await grace.page.keyboard.press('Escape')
      // Of two rows, one after the other, the later is marked.
      await row.click({ button: 'right' })
      await grace.page.getByRole('menu').waitFor()
      await grace.message('at some length').click({ button: 'right', position: { x: 8, y: 8 } })
      await grace.page.locator('article.pressed', { hasText: 'at some length' }).waitFor()
      await grace.page.getByRole('menuitem', { name: 'Copy the text' }).waitFor()
      assert.equal(await marked(grace), 1)
      await grace.page.keyboard.press('Escape')
    },
  )

  chapter('a finger held on a row opens the menu below it, or above where there is no room', async () => {
    const phone = await Person.at(browser, porch, 'Lin', devices['Pixel 7'])
    await phone.join()
    await phone.openRoom('Everybody')
    for (let line = 1; line <= LINES; line++) await grace.say(`Line ${line}`)
    await phone.message(`Line ${LINES}`).waitFor()
    const rows = phone.page.locator('article')
    const upper = await rows.evaluateAll(
      (all, top) => all.findIndex((row) => row.getBoundingClientRect().top > top),
      BAR,
    )
    const { row, menu } = await heldOn(phone, rows.nth(upper))
    assert.ok(menu.y >= row.y + row.height && menu.y < row.y + row.height + 12, 'below')
    assert.equal(await marked(phone), 1)
    await look(phone.page, 'looks-held', [phone.page.viewportSize()])
    await phone.page.keyboard.press('Escape')
    const lower = await heldOn(phone, phone.message(`Line ${LINES}`))
    assert.ok(lower.menu.y + lower.menu.height <= lower.row.y, 'above')
    await phone.page.keyboard.press('Escape')
    await phone.leave()
  })

  chapter('the day is told while one scrolls, and not for ever over what is read', async () => {
    const { page } = ada
    await page.setViewportSize({ width: 1280, height: 500 })
    const heading = page.locator('.timeline h2').last()
    const opacity = () => heading.evaluate((h2) => Number(getComputedStyle(h2).opacity))
    const until = (wanted) =>
      page.waitForFunction(
        (wanted) =>
          [...document.querySelectorAll('.timeline h2')].every(
            (h2) => getComputedStyle(h2).opacity === wanted,
          ),
        wanted,
      )
    await until('0')
    await page.locator('.timeline article').last().hover()
    await page.mouse.wheel(0, -600)
    await until('1')
    assert.equal(await opacity(), 1)
    await until('0')
    // Those who listen have it all the time, and where the day begins it is seen without scrolling.
    assert.equal(await page.getByRole('heading', { name: 'Today' }).count(), 1)
    await page.mouse.wheel(0, -9_000)
    // A wheel's way takes some pictures.
    await page.waitForFunction(() => document.querySelector('.timeline .viewport').scrollTop === 0)
    await until('0')
    const begin = page.locator('.timeline section > p').first()
    assert.equal(await begin.evaluate((p) => getComputedStyle(p).opacity), '1')
    assert.deepEqual(await begin.boundingBox(), await page.locator('.timeline h2').first().boundingBox())
  })

  chapter('between two, the time stands within the bubble, whatever room the last line leaves', async () => {
    await grace.page.goto('/people')
    await grace.page.locator('a.row', { hasText: 'Ada' }).click()
    await grace.page.getByRole('button', { name: 'Message' }).click()
    await grace.say('Good evening. Who is cooking?')
    await grace.say(HEBREW)
    for (const width of [310, 320, 330, 340, 360, 768]) {
      await grace.page.setViewportSize({ width, height: 740 })
      const outside = await grace.page.locator('article').evaluateAll((rows) =>
        rows.filter((row) => {
          const [words, time] = ['.text', 'time'].map((each) =>
            row.querySelector(each).getBoundingClientRect(),
          )
          return time.bottom > words.bottom + 1 || time.left < words.left - 1 || time.right > words.right + 1
        }),
      )
      assert.equal(outside.length, 0, `at ${width} px`)
    }
    const gap = await grace
      .message(HEBREW)
      .evaluate(
        (row) =>
          row.getBoundingClientRect().right - row.querySelector('.bubble').getBoundingClientRect().right,
      )
    assert.ok(gap < 24, "one's own are on one's own side, whichever way they run")
    await grace.page.setViewportSize({ width: 1280, height: 800 })
    await grace.openRoom('Everybody')
  })

  chapter('whoever is at the end stays there when the window gets another shape', async () => {
    const { page } = grace
    const fromEnd = () =>
      page.locator('.viewport').evaluate(async (list) => {
        for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame)
        return list.scrollHeight - list.scrollTop - list.clientHeight
      })
    assert.ok((await fromEnd()) < 2)
    // Wider and lower at once: the text takes fewer lines, and fewer have room.
    for (const [width, height] of [
      [360, 740],
      [768, 1_024],
      [1_280, 500],
      [740, 360],
    ]) {
      await page.setViewportSize({ width, height })
      assert.ok((await fromEnd()) < 2, `at ${width} x ${height}`)
    }
  })

  chapter(
    'who asks for less motion has a new scheme at once, and not from one element to the next',
    async () => {
      const { page } = grace
      const seen = () =>
        page.evaluate(() => {
          const innermost = [...document.querySelectorAll('article .body')].at(-1)
          const [root, text] = [document.documentElement, innermost].map(
            (each) => getComputedStyle(each).color,
          )
          return { root, text, moving: document.getAnimations().length }
        })
      const before = await seen()
      await page.emulateMedia({ colorScheme: 'dark' })
      const after = await seen()
      assert.notEqual(after.root, before.root)
      assert.deepEqual(after, { root: after.root, text: after.root, moving: 0 })
      await page.emulateMedia({ colorScheme: 'light' })
    },
  )

  chapter('nothing went wrong on either page', async () => {
    await ada.leave()
    await grace.leave()
  })
})

const marked = (person) => person.page.locator('article.pressed').count()

/** In the page: how far behind the last word of a message its state stands, and whether in the same line. */
function behindTheLastWord(article) {
  const range = document.createRange()
  range.selectNodeContents(article.querySelector('.body'))
  const lines = [...range.getClientRects()]
  const last = lines.at(-1)
  const state = article.querySelector('.state').getBoundingClientRect()
  return {
    gap: state.left - last.right,
    sameLine: state.top < last.bottom && state.bottom > last.top,
    isWrapped: lines.some(({ bottom }) => bottom <= last.top + 2),
  }
}

/** Holds a finger on a row until the page has felt it, lifts it, and says where the row and its menu are. */
async function heldOn({ page }, row) {
  await page.evaluate(() => {
    navigator.vibrate = () => {
      window.felt = true
      return true
    }
    window.felt = false
  })
  const box = await row.boundingBox()
  const touch = await page.context().newCDPSession(page)
  const point = { x: Math.round(box.x + box.width / 3), y: Math.round(box.y + box.height / 2) }
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] })
  await page.waitForFunction(() => window.felt)
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  await page.getByRole('menu').waitFor()
  return { row: await row.boundingBox(), menu: await page.getByRole('menu').boundingBox() }
}
