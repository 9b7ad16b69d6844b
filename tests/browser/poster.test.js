// The poster as the owner prints it from the box itself, and where its code leads.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { launch, skip as skipChromium } from './harness/chromium.js'
import { findings, look, WIDEST } from './harness/look.js'
import { PASSWORD } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { program, unless } from './harness/present.js'

const skip = skipChromium || unless('zbarimg', program('zbarimg'))

describe('the poster in Chromium', { skip }, () => {
  let porch, browser, owner
  const faults = []

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch)
    owner = await person('Ada')
  })

  after(async () => {
    await browser?.close()
    await porch?.stop()
  })

  /** Somebody's page; with a name, they have joined. */
  async function person(name) {
    const context = await browser.newContext({ baseURL: porch.url(), locale: 'en-GB' })
    const page = await context.newPage()
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()) && !/status of 40[13]/.test(message.text()))
        faults.push(message.text())
    })
    await page.goto('/')
    if (!name) return page
    const status = await page.evaluate(
      async (body) => (await fetch('/api/register', { method: 'POST', body })).status,
      JSON.stringify({ name, password: PASSWORD }),
    )
    assert.equal(status, 200)
    return page
  }

  for (const [lang, says] of [
    ['en', 'Open the page'],
    ['zh', '打开网页'],
  ]) {
    for (const [paper, width, height] of [
      ['a4', 595, 842],
      ['letter', 612, 792],
    ]) {
      test(`it is one page of ${paper} in ${lang}`, async () => {
        await owner.goto(`/poster?lang=${lang}&paper=${paper}`)
        await owner.getByRole('heading', { name: says }).waitFor()
        await look(owner, `poster-${lang}-${paper}`, WIDEST)
        const pdf = (await owner.pdf({ preferCSSPageSize: true })).toString('latin1')
        assert.equal(pdf.match(/\/Type\s*\/Page\b/g).length, 1)
        const [, wide, high] = /\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf)
        assert.deepEqual([Math.round(wide), Math.round(high)], [width, height])
      })
    }
  }

  test('its code leads to the box', async () => {
    await owner.goto('/poster?lang=en')
    const code = owner.getByRole('img', { name: 'Code for the page' })
    const file = path.join(porch.folder, 'code.png')
    await code.screenshot({ path: file })
    const { stdout } = await promisify(execFile)('zbarimg', ['--quiet', '--raw', file])
    const link = stdout.trim()
    assert.match(link, /^http:\/\/127\.0\.0\.1:\d+\/p\/[a-z0-9]{8}$/)
    assert.ok(await owner.getByText(link, { exact: true }).isVisible())
    const phone = await person()
    const answer = await phone.goto(link)
    assert.equal(answer.status(), 200)
    assert.equal(phone.url(), `${porch.url('127.0.0.1')}/`)
  })

  test('an old one says where the box is by now', async () => {
    const phone = await person()
    await phone.goto('/p/22222222')
    await phone.getByRole('heading', { name: 'This poster is old' }).waitFor()
    assert.equal(await phone.getByText('print a new poster').count(), 0)
    await look(phone, 'poster-old')
    await owner.goto('/p/22222222')
    await owner.getByRole('link', { name: 'print a new poster' }).click()
    await owner.getByRole('heading', { name: 'Open the page' }).waitFor()
    await owner.goto('/poster?lang=en&stamp=22222222')
    await owner.getByText('has changed since').waitFor()
    assert.deepEqual(await findings(owner), [])
    await owner.emulateMedia({ media: 'print' })
    assert.equal(await owner.getByText('has changed since').isVisible(), false)
    await owner.emulateMedia({ media: null })
  })

  test('nobody else prints one', async () => {
    const member = await person('Grace')
    assert.equal((await member.goto('/poster')).status(), 403)
    await member.getByText('printed by the owner').waitFor()
    await look(member, 'poster-refused')
    const stranger = await person()
    await stranger.goto('/poster')
    assert.equal(new URL(stranger.url()).pathname, '/sign-in')
  })

  test('the browser had nothing to complain of', () => assert.deepEqual(faults, []))
})
