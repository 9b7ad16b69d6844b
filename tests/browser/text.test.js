// What a message's text becomes: links and code, in Chromium.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { launch, skip } from './harness/chromium.js'
import { look } from './harness/look.js'
import { Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'

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
    await ada.message(known).locator('.state', { hasText: 'Sent' }).waitFor()
  }

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

  chapter('between two, in a bubble', async () => {
    const grace = await Person.at(browser, porch, 'Grace')
    await grace.join()
    await grace.page.goto('/people')
    await grace.page.locator('a.row', { hasText: 'Ada' }).click()
    await grace.page.getByRole('button', { name: 'Message' }).click()
    for (const text of [`Look:\n\`\`\`\n${CODE}\n\`\`\``, '☺ ✈', 'fine ☺']) {
      await grace.composer().fill(text)
      await grace.composer().press('Enter')
    }
    await grace.message('fine').locator('.state', { hasText: 'Sent' }).waitFor()
    await look(grace.page, 'text-bubbles')
    await ada.openRoom('Grace')
    await ada.page.locator('.body.large').waitFor()
    await look(ada.page, 'text-bubbles-other')
    await grace.leave()
  })
})
