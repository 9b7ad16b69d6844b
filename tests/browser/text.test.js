// What a message's text becomes: links, code, long texts folded, in Chromium.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { launch, skip } from './harness/chromium.js'
import { look } from './harness/look.js'
import { Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'

const LONG = Array.from({ length: 60 }, (_, at) => `Line ${at + 1} of a long message`).join('\n')
/** So low that there is more above and below what is in its middle. */
const LOW = { width: 1280, height: 420 }
const CODE = 'let tree = "树";\n\tif (tree) {\n\t\tclimb("https://example.com");\n\t}'

describe('the text of a message in Chromium', { skip }, () => {
  let porch, browser, ada
  const chapter = story(() => [ada].filter(Boolean).map((person) => person.page))

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch)
  })

  after(async () => {
    await ada?.leave()
    await browser?.close()
    await porch?.stop()
  })

  /** Writes, sends, and waits until the box has it; for texts of several lines. */
  async function send(text, known) {
    await ada.composer().fill(text)
    await ada.composer().press('Enter')
    await ada.message(known).locator('.state', { hasText: /Sent/ }).waitFor()
  }

  /** How far an element is below the upper edge of the list. */
  const top = (locator) =>
    locator.evaluate((element) => {
      const list = element.closest('[role=group]')
      return element.getBoundingClientRect().top - list.getBoundingClientRect().top
    })

  chapter('a link ends where the address ends, and leads there', async () => {
    ada = await Person.at(browser, porch, 'Ada', { permissions: ['clipboard-read', 'clipboard-write'] })
    await ada.join()
    await ada.openRoom('Everybody')
    await ada.say('请看https://wiki.ship.lan/a谢谢，或者192.168.1.20:8080/map。')
    const links = ada.message('请看').locator('.body a')
    await links.nth(1).waitFor()
    const seen = await links.evaluateAll((all) => all.map((a) => [a.textContent, a.href, a.target, a.rel]))
    assert.deepEqual(seen, [
      ['https://wiki.ship.lan/a', 'https://wiki.ship.lan/a', '_blank', 'noopener noreferrer'],
      ['192.168.1.20:8080/map', 'http://192.168.1.20:8080/map', '_blank', 'noopener noreferrer'],
    ])
    await ada.say('https://user:pass@example.com/a javascript:alert(1) notes.txt')
    assert.equal(await ada.message('javascript:').locator('.body a').count(), 0)
    await ada.say('ראו את https://example.com/b, תודה')
    await ada.message('ראו').locator('.body a').waitFor()
    assert.equal(
      await ada
        .message('ראו')
        .locator('.body')
        .evaluate((body) => getComputedStyle(body).direction),
      'rtl',
    )
  })

  chapter('code stands apart, has no links, and is copied alone', async () => {
    await send(`Try this:\n\`\`\`js\n${CODE}\n\`\`\`\nor \`ls <b>\` at home`, 'Try this')
    const body = ada.message('Try this').locator('.body')
    await body.locator('pre').waitFor()
    assert.equal(await body.locator('pre').textContent(), CODE)
    assert.equal(await body.locator('code').textContent(), 'ls <b>')
    assert.equal(await body.locator('a, b').count(), 0)
    assert.ok(!(await body.innerText()).includes('`'))
    await body.getByRole('button', { name: 'Copy the text' }).click()
    await ada.page.getByRole('status').getByText('Copied').waitFor()
    assert.equal(await ada.page.evaluate(() => navigator.clipboard.readText()), CODE)
    await ada.say('one ` alone')
    assert.equal(await ada.message('alone').locator('.body').textContent(), 'one ` alone')
    await look(ada.page, 'text-code')
  })

  chapter('a long message shows its beginning, and all of it where it was', async () => {
    await send(LONG, 'Line 1 of')
    const row = ada.message('Line 1 of')
    const body = row.locator('.body')
    const more = body.getByRole('button', { name: 'Show all' })
    await more.waitFor()
    assert.match(await body.textContent(), /Line 10 of a long message…Show all$/)
    await look(ada.page, 'text-long')

    const before = await top(row)
    await more.focus()
    await ada.page.keyboard.press('Enter')
    const less = body.getByRole('button', { name: 'Show less' })
    await less.waitFor()
    await framesPass(ada.page)
    assert.match(await body.textContent(), /Line 60 of a long messageShow less$/)
    assert.equal(await top(row), before, 'what was read stays where it was')
    assert.ok(await less.evaluate((button) => button === document.activeElement))
  })

  chapter('whoever jumps to a long message sees all of it', async () => {
    await ada.say('between')
    await send(`${LONG}\nthe needle`, 'Line 1 of')
    for (let count = 0; count < 8; count++) await ada.say(`After ${count}`)
    await ada.search('needle')
    await ada.page.locator('a.hit').click()
    await ada.message('the needle').waitFor()
    await ada.page.waitForFunction(() => {
      const [range, ...others] = CSS.highlights.get('found-here') ?? []
      const list = document.querySelector('.viewport').getBoundingClientRect()
      const box = range?.getBoundingClientRect()
      return (
        String(range) === 'needle' && others.length === 0 && box.top > list.top && box.bottom < list.bottom
      )
    })
    await look(ada.page, 'text-jumped')

    await ada.openRoom('Everybody')
    await ada.page.waitForFunction(() => CSS.highlights.size === 0)
    await ada.page.goBack()
    await ada.message('the needle').waitFor()

    await ada.page.setViewportSize(LOW)
    const body = ada.message('the needle').locator('.body')
    const less = body.getByRole('button', { name: 'Show less' })
    await less.evaluate((button) => button.scrollIntoView({ block: 'center' }))
    await framesPass(ada.page)
    const before = await top(less)
    await less.click()
    const more = ada.page.getByRole('button', { name: 'Show all' }).last()
    await more.waitFor()
    await framesPass(ada.page)
    assert.ok(Math.abs((await top(more)) - before) <= 1, 'the button stays where it was')
  })

  chapter('what is read stays where it is when the drawing of code and long texts comes late', async () => {
    await ada.message('between').click({ button: 'right' })
    await ada.page.getByRole('menuitem', { name: 'Copy the link' }).click()
    const link = await ada.page.evaluate(() => navigator.clipboard.readText())
    // A worker would hand it out by itself.
    const lin = await Person.at(browser, porch, 'Lin', { serviceWorkers: 'block' })
    await lin.join()
    let come
    const coming = new Promise((resolve) => (come = resolve))
    await lin.page.route(/RichText-[^/]*\.js$/, async (route) => {
      await coming
      await route.fallback()
    })
    await lin.page.goto(link)
    const row = lin.message('between')
    await row.and(lin.page.locator('.flash')).waitFor({ state: 'attached' })
    await row.and(lin.page.locator('.flash')).waitFor({ state: 'detached' })
    const shown = lin.page.locator('.body', { hasText: 'Line 20 of' })
    assert.ok((await shown.count()) > 0, 'nothing is folded yet')
    const before = await top(row)
    come()
    await shown.first().waitFor({ state: 'detached' })
    await framesPass(lin.page)
    assert.ok(Math.abs((await top(row)) - before) <= 1)
    await lin.context.close()
  })

  chapter('between two, in a bubble', async () => {
    const grace = await Person.at(browser, porch, 'Grace')
    await grace.join()
    await grace.page.goto('/people')
    await grace.page.locator('a.row', { hasText: 'Ada' }).click()
    await grace.page.getByRole('button', { name: 'Message' }).click()
    for (const text of [`Look:\n\`\`\`\n${CODE}\n\`\`\``, `\`\`\`\n${LONG}\n\`\`\``, '☺ ✈', 'fine ☺']) {
      await grace.composer().fill(text)
      await grace.composer().press('Enter')
    }
    await grace
      .message('fine')
      .locator('.state', { hasText: /Sent|Delivered/ })
      .waitFor()
    await look(grace.page, 'text-bubbles')
    await ada.openRoom('Grace')
    await ada.page.locator('.body.large').waitFor()
    await look(ada.page, 'text-bubbles-other')
    await grace.leave()
  })

  chapter('in Chinese, in the dark', async () => {
    await ada.page.emulateMedia({ colorScheme: 'dark' })
    await ada.page.evaluate(() => localStorage.setItem('porch.language', 'zh'))
    await ada.page.goto('/')
    await ada.page.locator('a.row', { hasText: '所有人' }).first().click()
    await ada.page.getByRole('button', { name: '显示全部' }).first().waitFor()
    await look(ada.page, 'text-zh-dark')
  })
})

async function framesPass(page) {
  await page.evaluate(async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame)
  })
}
