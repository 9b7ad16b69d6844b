// Coming in by links as people pass them on, in Chromium; and in a browser that blocks cookies, in words and in vain.

import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe } from 'node:test'
import { launch, launchOwn, skip } from './harness/chromium.js'
import { look } from './harness/look.js'
import { PASSWORD, Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'
import { trustStore } from './harness/trust.js'

describe('links and cookies in Chromium', { skip }, () => {
  let porch, browser, ada, invite, own
  const chapter = story(() => [ada?.page, own?.pages()[0]].filter(Boolean))

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch)
    ada = await Person.at(browser, porch, 'Ada')
    await ada.join()
    await ada.openRoom('Everybody')
    await ada.say('Welcome to the porch')
    invite = await ada.page.evaluate(async () => {
      const body = { role: 'member', once: false, ends_at: null, rooms: [], stay_s: null, note: '' }
      const init = {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }
      return (await (await fetch('/api/invites', init)).json()).invite.token
    })
  })

  after(async () => {
    await own?.close()
    await browser?.close()
    await porch?.stop()
  })

  chapter('an invite is opened whatever is glued to its link', async () => {
    const page = await browser.newPage({ locale: 'en-GB' })
    for (const glued of ['.', ')', '>', '。', '，', '」', '%3E', '…', ')加入吧']) {
      await page.goto(`${porch.url()}/j/${invite}${glued}`)
      await page.getByRole('heading', { name: /^You are invited to / }).waitFor()
      assert.equal(new URL(page.url()).pathname, `/j/${invite}`, glued)
    }
    await page.close()
  })

  chapter('so is a message, and a room that does not exist is not found', async () => {
    await ada.page.goto('/r/1/1。')
    await ada.message('Welcome to the porch').waitFor()
    assert.equal(new URL(ada.page.url()).pathname, '/r/1/1')
    await ada.page.goto('/r/x.')
    assert.equal(await ada.page.getByText('Welcome').count(), 0)
    await ada.page.goto('/')
  })

  chapter('a browser that blocks cookies is told so, and no account is made', async () => {
    const profile = path.join(porch.folder, 'chromium-own/profile/Default')
    await mkdir(profile, { recursive: true })
    const content = { profile: { default_content_setting_values: { cookies: 2 } } }
    await writeFile(path.join(profile, 'Preferences'), JSON.stringify(content))
    const launched = await launchOwn(porch, { locale: 'en-GB', ignoreHTTPSErrors: true })
    own = launched.context
    await trustStore(launched.store, porch.caFile).catch(() => {})
    const page = await own.newPage()
    await page.goto(porch.url())
    const told = page.getByText('This browser blocks cookies here')
    await told.first().waitFor()
    await look(page, 'cookies-blocked')
    for (const way of ['/join', `/j/${invite}`]) {
      await page.goto(porch.url() + way)
      await page.locator('input[name=username]').fill('Grace')
      if (way === '/join') await page.locator('input[name=password]').fill(PASSWORD)
      await page.locator('form button[type=submit]').click()
      await page.locator('form').getByText('This browser blocks cookies here').waitFor()
    }
    await look(page, 'cookies-blocked-invited')
    await page.goto(`${porch.url()}/sign-in`)
    await page.locator('input[name=username]').fill('Ada')
    await page.locator('input[name=password]').fill(PASSWORD)
    await page.locator('form button[type=submit]').click()
    await page.locator('form').getByText('This browser blocks cookies here').waitFor()
    const people = await ada.page.evaluate(async () => (await (await fetch('/api/people')).json()).people)
    assert.deepEqual(
      people.map(({ name }) => name),
      ['Ada'],
    )
    const sessions = await ada.page.evaluate(
      async () => (await (await fetch('/api/sessions')).json()).sessions,
    )
    assert.equal(sessions.length, 1, 'nobody signed in in vain, either')
  })

  chapter('marks piled up do not cover the lines around, and flags stay flags', async () => {
    await ada.openRoom('Everybody')
    await ada.page.setViewportSize({ width: 1280, height: 800 })
    await ada.composer().fill(`Z${'\u0301\u0338\u0323'.repeat(60)}algo`)
    await ada.composer().press('Enter')
    const piled = ada.message('algo').locator('.body')
    await ada.message('algo').locator('.state', { hasText: /Sent/ }).waitFor()
    assert.equal([...(await piled.textContent()).matchAll(/\p{M}/gu)].length, 8)
    assert.match(await piled.evaluate((body) => getComputedStyle(body.closest('.text')).clipPath), /^inset/)
    await ada.say('🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}')
    await ada.composer().fill('\u200b\u3164\u2800')
    assert.ok(await ada.page.getByRole('button', { name: 'Send' }).isDisabled())
    await ada.composer().fill('\ud800 half')
    await ada.composer().press('Enter')
    await ada.message('\ufffd half').locator('.state', { hasText: /Sent/ }).waitFor()
    await look(ada.page, 'stacks')
    await ada.page.emulateMedia({ colorScheme: 'dark' })
    await ada.page.reload()
    await ada.message('\ufffd half').waitFor()
    await look(ada.page, 'dark-stacks')
  })

  chapter('reads that the box is too busy for are asked again by themselves', async () => {
    // What was said is kept here; who is in a room is asked for.
    await ada.page.goto('/me')
    await ada.chatRow('Everybody').waitFor()
    await ada.page.evaluate(() => {
      const real = window.fetch
      let refused = 0
      window.fetch = async (...asked) => {
        if (!String(asked[0]).includes('/members') || refused++ >= 2) return real(...asked)
        const error = { code: 'busy', message: 'The box is busy.', retry_ms: 700 }
        return new Response(JSON.stringify({ error }), { status: 503 })
      }
    })
    await ada.chatRow('Everybody').click()
    await ada.page.getByRole('link', { name: 'Room details' }).last().click()
    await ada.page.getByText('The box is busy. Trying again…').waitFor()
    await ada.page.getByRole('complementary').getByText('Ada').first().waitFor()
    await ada.page.getByText('The box is busy. Trying again…').waitFor({ state: 'detached' })
  })

  chapter('nothing went wrong on the page', async () => {
    await ada.leave()
  })
})
