// The owner's page about the box, in Chromium: the check, the clock, the ways in, the poster, and the quiet notice.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { launch, skip } from './harness/chromium.js'
import { look } from './harness/look.js'
import { Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'

const DAY_MS = 86_400_000

describe('the owner’s page', { skip }, () => {
  let porch, browser, ada, grace
  const chapter = story(() => [ada, grace].filter(Boolean).map((person) => person.page))

  before(async () => {
    porch = await Porch.start({ flags: ['--names', 'porch.home.arpa'] })
    browser = await launch(porch)
  })

  after(async () => {
    await browser?.close()
    await porch?.stop()
  })

  chapter('is reached from the settings, and is not for others', async () => {
    ada = await Person.at(browser, porch, 'Ada')
    await ada.join()
    await ada.page.goto('/me')
    await ada.page.getByRole('link', { name: /^Check, clock, addresses, poster/ }).click()
    await ada.page.getByRole('heading', { name: 'This box' }).waitFor()
    grace = await Person.at(browser, porch, 'Grace')
    await grace.join()
    await grace.page.goto('/box')
    await grace.page.getByText('There is nothing here').waitFor()
    assert.equal(await grace.page.evaluate(async () => (await fetch('/api/doctor')).status), 403)
  })

  chapter('checks the box, says each thing in words, and copies them', async () => {
    const { page } = ada
    await ada.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('button', { name: 'Check now' }).click()
    await page.getByRole('button', { name: 'Check again' }).waitFor()
    for (const check of ['Ports', 'Certificate', 'Disk space', 'Disk speed', 'Data folder'])
      await page
        .getByText(new RegExp(`^${check}`))
        .first()
        .waitFor()
    await look(page, 'box')
    await page.getByRole('button', { name: 'Copy as text' }).click()
    await page.getByRole('status').getByText('Copied').waitFor()
    const text = await page.evaluate(() => navigator.clipboard.readText())
    assert.match(text, /^porch \d/)
    assert.match(text, /^\[Disk space: (All right|Warning|Problem)\] .*\d+(\.\d)? [MGT]B/m)
  })

  chapter('shows the ways in and the fingerprint', async () => {
    const { page } = ada
    await page.getByText(`https://porch.home.arpa:${porch.port}`, { exact: true }).waitFor()
    await page.getByText(`https://127.0.0.1:${porch.port}`, { exact: true }).waitFor()
    const { words, fingerprint } = await page.evaluate(async () => (await fetch('/api/doors')).json())
    await page.getByText(words.join(' '), { exact: true }).waitFor()
    await page.getByText('Fingerprint of the certificate authority').click()
    await page.getByText(fingerprint).waitFor()
  })

  chapter('keeps the Wi-Fi for the poster, and refuses what none can be', async () => {
    const { page } = ada
    await page.getByLabel('Wi-Fi name').fill('读'.repeat(11))
    await page.getByLabel('Wi-Fi password', { exact: true }).fill('short')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('A Wi-Fi’s name has at most 32 bytes').waitFor()
    await page
      .getByText('A Wi-Fi password has 8 to 63 characters, or is 64 digits from 0 to 9 and a to f.')
      .waitFor()
    await page.getByLabel('Wi-Fi name').fill('阅览室')
    await page.getByLabel('Wi-Fi password', { exact: true }).fill('ask at the desk')
    await page.getByRole('button', { name: 'Show the Wi-Fi password' }).click()
    assert.equal(await page.getByLabel('Wi-Fi password', { exact: true }).getAttribute('type'), 'text')
    await look(page, 'poster-settings')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('status').getByText('The Wi-Fi was saved').waitFor()
    await page.reload()
    await page.waitForFunction(() =>
      [...document.querySelectorAll('input')].some((input) => input.value === '阅览室'),
    )
  })

  chapter('says how far the clock is off, and whether it can be set from here', async () => {
    const { page } = ada
    await page.getByText('The box’s clock agrees with this device.').waitFor()
    const other = await Person.at(browser, porch, 'Ada')
    await other.page.clock.install({ time: Date.now() + 3 * DAY_MS })
    await other.fillIn('/sign-in')
    await other.page.getByRole('button', { name: 'Use here' }).click()
    await other.page.getByRole('heading', { name: 'Chats' }).waitFor()
    await other.page.goto('/box')
    await other.page.getByText('The box’s clock is 3 days behind this device.').waitFor()
    const { can_set } = await other.page.evaluate(async () => (await fetch('/api/clock')).json())
    const way = can_set
      ? other.page.getByRole('button', { name: 'Set it from this device' })
      : other.page.getByText(/porch may not set the clock on this system|kept by a time server/)
    await way.waitFor()
    await look(other.page, 'clock-behind')
    await ada.leave()
    ada = other
  })

  chapter('is there in Chinese and in the dark', async () => {
    const { page } = grace
    await ada.leave()
    ada = await Person.at(browser, porch, 'Ada', { locale: 'zh-CN', colorScheme: 'dark' })
    await ada.fillIn('/sign-in')
    await ada.page.getByRole('button', { name: '在这里使用' }).click()
    await ada.page.getByRole('heading', { name: '聊天', exact: true }).waitFor()
    await ada.page.goto('/box')
    await ada.page.getByRole('button', { name: '开始检查' }).click()
    await ada.page.getByRole('button', { name: '再检查一次' }).waitFor()
    await look(ada.page, 'zh-dark-box')
    await page.goto('/')
  })

  chapter('a browser that cannot read the page’s script is told so', async () => {
    const context = await browser.newContext({ baseURL: porch.url() })
    await context.route('**/assets/*.js', (route) =>
      route.fulfill({ contentType: 'text/javascript', body: 'a syntax of 2040 {' }),
    )
    const page = await context.newPage()
    await page.goto('/')
    await page.getByText('This browser is too old for porch.').waitFor()
    await page.getByText('这个浏览器太旧').waitFor()
    await context.close()
  })

  chapter('a box whose clock is wrong tells its owner quietly, and counts stays right', async () => {
    const lost = await Porch.start({ lastKnown: Date.now() + 20 * DAY_MS })
    const other = await launch(lost)
    try {
      const owner = await Person.at(other, lost, 'Hopper')
      await owner.join()
      const notice = owner.page.getByText(/^This box: The clock is behind, by at least (19|20) days\./)
      await notice.waitFor()
      await look(owner.page, 'notice')
      const member = await Person.at(other, lost, 'Noether')
      await member.join()
      await owner.page.getByRole('link', { name: 'What to do' }).click()
      await owner.page.getByText('The box’s clock is 20 days ahead of this device.').waitFor()
      await owner.page.goto('/new-invite')
      await owner.page.getByRole('radio', { name: /^Guests/ }).check()
      await owner.page.getByRole('checkbox', { name: /^Everybody/ }).click()
      await owner.page.getByRole('dialog').getByRole('button', { name: 'Open to guests' }).click()
      await owner.page.getByRole('dialog').waitFor({ state: 'detached' })
      await owner.page.getByRole('button', { name: 'Make the invite' }).click()
      await owner.page.getByText(/^As a guest · Until tomorrow/).waitFor()
      const path = await owner.page.evaluate(async () => {
        const { invites } = await (await fetch('/api/invites')).json()
        return `/j/${invites[0].token}`
      })
      const guest = await Person.at(other, lost, 'Lin')
      await guest.page.goto(path)
      await guest.page.getByLabel('Your name').fill('Lin')
      await guest.page.getByRole('button', { name: 'Join' }).click()
      await guest.page.getByRole('heading', { name: 'Everybody' }).waitFor()
      await guest.page.goto('/me')
      await guest.page.getByText(/^You are a guest here until tomorrow/).waitFor()
      await owner.page.goto('/people')
      await owner.page.locator('a.row', { hasText: 'Lin' }).getByText('Guest', { exact: true }).waitFor()
      await notice.waitFor()
      await owner.page.getByRole('button', { name: 'Not today' }).click()
      await notice.waitFor({ state: 'detached' })
      const asked = owner.page.waitForResponse((answer) => answer.url().endsWith('/api/doctor?quick=true'))
      await owner.page.reload()
      await (await asked).finished()
      await owner.page.evaluate(async () => {
        for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame)
      })
      assert.equal(await notice.count(), 0, 'what was put away stays away for the day')
      assert.equal(await member.page.getByText(/^This box: /).count(), 0)
      for (const person of [owner, member, guest]) await person.leave()
    } finally {
      await other.close()
      await lost.stop()
    }
  })

  chapter('nothing went wrong on any page', async () => {
    await ada.leave()
    await grace.leave()
  })
})
