// What was sent in a room, in Chromium: pictures, sounds, files and links by kind, by keyboard too; what comes and goes
// meanwhile; and that one comes back to where one was.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { film, silence } from './harness/brought.js'
import { launch, skip } from './harness/chromium.js'
import { look } from './harness/look.js'
import { Person } from './harness/person.js'
import { picture } from './harness/picture.js'
import { Porch } from './harness/porch.js'
import { makeRoom } from './harness/rooms.js'
import { story } from './harness/story.js'
import { until } from './harness/until.js'
import { Voice } from './harness/voice.js'

const png = (hue, more = {}) => ({
  name: `IMG_${hue}.png`,
  type: 'image/png',
  bytes: picture(64, 48, hue),
  ...more,
})
const text = (name) => ({ name, type: 'application/octet-stream', bytes: Buffer.from('nothing') })
/** Messages of two pictures each: more than a page of the box holds. */
const ALBUMS = 105

describe('the gallery of a room in Chromium', { skip }, () => {
  let porch, browser, ada, grace
  const chapter = story(() => [ada].filter(Boolean).map((person) => person.page))
  const tiles = () => ada.page.locator('main li[data-key] [data-thing]')
  const viewer = () => ada.page.locator('dialog[open]')
  const scroller = () => ada.page.locator('main .screen-body')

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

  chapter('where nothing was sent yet, that is said', async () => {
    const { page } = ada
    await ada.openRoom('Everybody')
    await page.getByRole('link', { name: 'Room details' }).last().click()
    await page.getByRole('link', { name: 'Pictures, voice, files, links' }).click()
    await page.getByRole('heading', { name: 'No pictures yet' }).waitFor()
    await look(page, 'gallery-empty')
    for (const [name, none] of [
      ['Sounds', 'No sounds yet'],
      ['Files', 'No files yet'],
      ['Links', 'No links yet'],
    ]) {
      await page.getByRole('link', { name, exact: true }).click()
      await page.getByRole('heading', { name: none }).waitFor()
    }
    assert.equal(new URL(page.url()).pathname, '/r/1/links')
    // The kinds are no way that one goes back.
    await page.goBack()
    await page.waitForURL('**/r/1/details')
  })

  chapter('each kind has a place of its own, and what comes is there at once, the newest first', async () => {
    const { page } = ada
    await page.goto('/r/1/pictures')
    await page.getByRole('heading', { name: 'No pictures yet' }).waitFor()
    await grace.bring([png(120, { alt: 'A green garden' })], 'The garden')
    await page.getByRole('button', { name: /^A green garden, / }).waitFor()
    await grace.bring([png(30), png(200)])
    await page.getByRole('button', { name: /^Picture 2 of 2 from Grace/ }).waitFor()
    await grace.bring([{ name: 'The harbour.webm', type: 'video/webm', bytes: film() }])
    await page.getByRole('link', { name: /^The harbour\.webm, video from Grace, / }).waitFor()
    const names = await tiles().evaluateAll((all) => all.map((tile) => tile.getAttribute('aria-label')))
    assert.deepEqual(
      names.map((name) => name.split(',')[0]),
      ['The harbour.webm', 'Picture 1 of 2 from Grace', 'Picture 2 of 2 from Grace', 'A green garden'],
    )
    await grace.bring([text('Protokoll_2026-05.pdf'), text('会议纪要.docx')], 'For Monday')
    const levels = [0, 120, 255, 90]
    await grace.bring([
      { name: 'v.ogg', type: 'audio/ogg', bytes: silence(1_200), voice: { ms: 1_200, levels } },
    ])
    await grace.bring([{ name: 'A song.ogg', type: 'audio/ogg', bytes: silence(1_500) }])
    grace.say('See https://example.com/page and www.example.org')
    grace.say('nothing of the kind, but ada@example.com')
    await look(page, 'gallery-pictures')
    await page.getByRole('link', { name: 'Files', exact: true }).click()
    await page.getByRole('link', { name: /^Save .*Protokoll_2026-05\.pdf/ }).waitFor()
    assert.equal(await page.locator('main li').count(), 2)
    await look(page, 'gallery-files')
    await page.getByRole('link', { name: 'Sounds', exact: true }).click()
    await page.getByRole('group', { name: /^Voice message/ }).waitFor()
    assert.equal(await page.locator('main li').count(), 2)
    await look(page, 'gallery-sounds')
    await page.getByRole('link', { name: 'Links', exact: true }).click()
    const links = page.locator('main li a[data-thing]')
    await links.first().waitFor()
    assert.deepEqual(await links.evaluateAll((all) => all.map(({ href, target }) => [href, target])), [
      ['https://example.com/page', '_blank'],
      ['https://www.example.org/', '_blank'],
    ])
    await look(page, 'gallery-links')
  })

  chapter('of another room nothing is there, and of one that one is not in nothing at all', async () => {
    const { page } = ada
    await makeRoom(ada, 'Attic', 'Only who is added', [])
    const { pathname } = new URL(page.url())
    await page.goto(`${pathname}/pictures`)
    await page.getByRole('heading', { name: 'No pictures yet' }).waitFor()
    await page.goto('/r/999/pictures')
    await page.getByRole('heading', { name: 'This room is not open to you' }).waitFor()
  })

  chapter('pictures are gone through by arrows, and looked at among those of the gallery', async () => {
    const { page } = ada
    await page.goto('/r/1/pictures')
    await tiles().first().waitFor()
    await tiles().first().focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    assert.match(await focusedName(page), /^A green garden/)
    await page.keyboard.press('Home')
    assert.match(await focusedName(page), /^The harbour/)
    await page.keyboard.press('End')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: /^Picture 1 of 3: A green garden$/ }).waitFor()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('dialog', { name: /^Picture 2 of 3/ }).waitFor()
    await page.keyboard.press('Escape')
    await viewer().waitFor({ state: 'detached' })
    assert.match(await focusedName(page), /^A green garden/)
    // One Tab leads past all others, to where it was said.
    await page.keyboard.press('Tab')
    assert.equal(await focusedName(page), 'Show in the conversation')
    await page.keyboard.press('Enter')
    await page.locator('article.flash', { hasText: 'The garden' }).waitFor()
    await page.goBack()
    await tiles().first().waitFor()
  })

  chapter('of very many those near the window are drawn, and nothing moves as they come', async () => {
    const { page } = ada
    for (let album = 0; album < ALBUMS; album++)
      await grace.bring([png(album), png((album * 3) % 360)], `Album ${album}`)
    await ada
      .chatRow('Everybody')
      .getByText(`Album ${ALBUMS - 1}`)
      .waitFor()
    await page.addInitScript(watchShifts)
    await page.goto('/r/1/pictures')
    await tiles().first().waitFor()
    let most = 0
    for (let last = -1; ; ) {
      const top = await scroller().evaluate(async (body) => {
        body.scrollTop += body.clientHeight / 2
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
        return body.scrollTop
      })
      most = Math.max(most, await page.locator('main li').count())
      if (top === last && (await page.locator('main .loading').count()) === 0) break
      last = top
    }
    await page.getByRole('button', { name: /^A green garden, / }).waitFor()
    assert.ok(most < 150, `${most} were drawn at once`)
    assert.deepEqual(await page.evaluate(() => window.shifts), [])
  })

  chapter('back from a message one is where one was; what comes and goes above moves nothing', async () => {
    const { page } = ada
    await scroller().evaluate((body) => {
      body.scrollTop = 800
    })
    // What was drawn where one came from is there until the next frame, out of sight.
    await until(async () => Object.keys(await topsOf(page)).length > 0)
    const before = await topsOf(page)
    const key = Object.keys(before)[Math.floor(Object.keys(before).length / 2)]
    await page.locator(`li[data-key="${key}"] .go`).click()
    await page.locator('article.flash').waitFor()
    await page.goBack()
    await page.locator(`li[data-key="${key}"]`).waitFor()
    assert.equal((await topsOf(page))[key], before[key])
    await grace.bring([png(77)], 'One more')
    // The list of chats tells of it in the same moment.
    const toldOf = page.locator('nav a.row', { hasText: 'One more' })
    await toldOf.waitFor()
    const newest = await page.evaluate(async () => {
      const page = await (await fetch('/api/rooms/1/galleries/pictures?limit=1')).json()
      return page.messages[0].id
    })
    assert.equal((await topsOf(page))[key], before[key])
    await grace.command({ type: 'delete', room: 1, message: newest })
    await toldOf.waitFor({ state: 'detached' })
    assert.equal((await topsOf(page))[key], before[key])
    // What one looks at goes too, when it is deleted.
    const id = Number(key.split(' ')[0])
    await grace.command({ type: 'delete', room: 1, message: id })
    await page.locator(`li[data-key^="${id} "]`).first().waitFor({ state: 'detached' })
    await ada.leave()
  })
})

const focusedName = (page) =>
  page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent)

/** Where the things in sight lie. */
const topsOf = (page) =>
  page
    .locator('main li[data-key]')
    .evaluateAll((all) =>
      Object.fromEntries(
        all
          .map((one) => [one.dataset.key, Math.round(one.getBoundingClientRect().top)])
          .filter(([, top]) => top > 120 && top < innerHeight),
      ),
    )

/** Notes every shift of the layout that no press has caused. */
function watchShifts() {
  window.shifts = []
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      // A count of what is unread beside it grows wider as it is told.
      const moved = sources.flatMap(({ node }) =>
        node?.matches?.('.badge') ? [] : [node?.outerHTML?.slice(0, 80)],
      )
      if (!hadRecentInput && moved.length > 0) window.shifts.push([value, ...moved])
    }
  }).observe({ type: 'layout-shift', buffered: true })
}
