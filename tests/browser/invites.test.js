// Coming in by invites, in Chromium: an owner who invites, guests on phones, and what each of them sees.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import * as chromium from './harness/chromium.js'
import { look, WIDEST } from './harness/look.js'
import { Person } from './harness/person.js'
import { picture } from './harness/picture.js'
import { Porch } from './harness/porch.js'
import * as qr from './harness/qr.js'
import { story } from './harness/story.js'

const { devices, launch } = chromium
const PHONE = devices['Pixel 7']

describe('an owner who invites', { skip: chromium.skip || qr.skip }, () => {
  let porch, browser, ada, lin, mei, grace, link
  const people = () => [ada, lin, mei, grace].filter(Boolean)
  const chapter = story(() => people().map((person) => person.page))

  before(async () => {
    porch = await Porch.start({ flags: ['--names', 'porch.home.arpa'] })
    browser = await launch(porch)
  })

  after(async () => {
    await browser?.close()
    await porch?.stop()
  })

  chapter('makes a room, and an invite for guests that opens it to them', async () => {
    ada = await Person.at(browser, porch, 'Ada')
    await ada.join()
    const { page } = ada
    await ada.openRoom('Everybody')
    await ada.say('Only for those who live here')
    await page.goto('/new-room')
    await page.getByLabel('Name of the room').fill('Kitchen')
    await page.getByRole('button', { name: 'Create the room' }).click()
    await ada.say('Soup at seven.')
    await page.goto('/me')
    await page.getByRole('link', { name: /^Invite people/ }).click()
    await page.getByText('No invites yet').waitFor()
    await look(page, 'invites-none')
    await page.getByRole('link', { name: 'Make an invite' }).click()
    const kitchen = page.getByRole('checkbox', { name: /^Kitchen/ })
    await kitchen.waitFor()
    const guests = page.getByRole('radio', { name: /^Guests/ })
    assert.ok(!(await guests.isChecked()), 'no room is open to guests yet')
    await guests.check()
    await kitchen.waitFor()
    await page.getByRole('button', { name: 'Make the invite' }).click()
    const rooms = page.getByRole('group', { name: 'Which rooms do guests see?' })
    await rooms.getByText('Choose at least one room').waitFor()
    const first = rooms.getByRole('checkbox').first()
    await page.waitForFunction((box) => box === document.activeElement, await first.elementHandle())
    await look(page, 'new-invite-room-missing')
    await kitchen.click()
    await page.getByRole('dialog', { name: 'Open Kitchen to guests?' }).waitFor()
    assert.ok(!(await kitchen.isChecked()), 'a room is not open before it was agreed to')
    await look(page, 'open-to-guests', WIDEST)
    await page.getByRole('dialog').getByRole('button', { name: 'Open to guests' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.ok(await kitchen.isChecked())
    await page.getByLabel('A note for yourself').fill('Summer party')
    await look(page, 'new-invite')
    await page.getByRole('button', { name: 'Make the invite' }).click()
    await page.getByRole('heading', { name: 'Summer party' }).waitFor()
  })

  chapter('shows its code, which says the address, or the name when one prefers that', async () => {
    const { page } = ada
    const code = page.getByRole('img', { name: /^QR code for / })
    await code.waitFor()
    await look(page, 'invite')
    link = await qr.readQr(await code.screenshot())
    assert.match(link, new RegExp(`^${porch.plainUrl}/j/[\\w-]{22}$`))
    await page
      .getByLabel('The address in the code')
      .selectOption({ label: `porch.home.arpa:${porch.port} (Configured name)` })
    await page.getByText(`${porch.plainUrl.replace('127.0.0.1', 'porch.home.arpa')}/j/`).waitFor()
    assert.equal(await qr.readQr(await code.screenshot()), link.replace('127.0.0.1', 'porch.home.arpa'))
    await page.emulateMedia({ colorScheme: 'dark' })
    assert.ok(await qr.readQr(await code.screenshot()), 'a camera reads it in the dark scheme too')
    await page.emulateMedia({ colorScheme: 'light' })
    const stranger = await browser.newPage({ locale: 'en-GB' })
    await stranger.goto(link)
    await stranger.getByRole('heading', { name: /^You are invited to / }).waitFor()
    assert.equal(
      stranger.url(),
      `https://127.0.0.1:${porch.port}${new URL(link).pathname}`,
      'through the guide',
    )
    await stranger.close()
    await page.goto('/invites')
    await page.getByRole('link', { name: /Summer party/ }).waitFor()
    await look(page, 'invites')
  })

  chapter('a guest comes on a phone with a name alone, into the room of the invite', async () => {
    lin = await Person.at(browser, porch, 'Lin 林', PHONE)
    const { page } = lin
    await page.goto(new URL(link).pathname)
    await page.getByRole('heading', { name: /^You are invited to / }).waitFor()
    await page.getByText('You see the room Kitchen.').waitFor()
    await page.getByText('You can stay 1 day.').waitFor()
    assert.equal(
      await page.getByLabel('Password (if you like)').count(),
      0,
      'a guest is not asked for a password',
    )
    await look(page, 'invited')
    await page.setViewportSize(PHONE.viewport)
    await page.getByRole('button', { name: 'Join' }).tap()
    await page.getByText('Tell the others what to call you.').waitFor()
    await page.getByLabel('Your name').fill('ＡＤＡ')
    await page.getByRole('button', { name: 'Join' }).tap()
    await page.getByText('Somebody here already has this name').waitFor()
    await page.getByLabel('Your name').fill('Lin 林')
    const file = { name: 'me.png', mimeType: 'image/png', buffer: picture(640, 480, 90) }
    await page.getByLabel('Picture', { exact: true }).setInputFiles(file)
    await page.getByRole('button', { name: 'Use this picture' }).tap()
    await page.getByRole('img', { name: 'Picture of Lin 林' }).waitFor()
    await look(page, 'invited-filled', [PHONE.viewport])
    await page.getByRole('button', { name: 'Join' }).tap()
    await page.getByRole('heading', { name: 'Kitchen' }).waitFor()
    await lin.message('Soup at seven.').waitFor()
    await lin.composer().fill('Thank you for having me')
    await page.getByRole('button', { name: 'Send' }).tap()
    await lin.message('Thank you for having me').locator('.state', { hasText: /Sent/ }).waitFor()
    await look(page, 'guest-room', [PHONE.viewport])
  })

  chapter('a guest sees that room and the people in it, and nothing else', async () => {
    const { page } = lin
    await page.getByRole('button', { name: 'Back' }).tap()
    await page.getByRole('heading', { name: 'Chats' }).waitFor()
    assert.equal(await page.locator('a.row[href^="/r/"]').count(), 1)
    await look(page, 'guest-chats')
    await page.setViewportSize(PHONE.viewport)
    await page.getByRole('link', { name: 'More rooms' }).tap()
    await page.getByText('You are in every room that is open to guests.').waitFor()
    assert.equal(await page.getByRole('link', { name: 'New room' }).count(), 0)
    await page.goto('/new-room')
    await page.getByText('There is nothing here').waitFor()
    await page.goto('/invites')
    await page.getByText('There is nothing here').waitFor()
    await page.goto('/r/1')
    await page.getByText('This room is not open to you').waitFor()
    await page.goto('/people')
    await page.locator('a.row', { hasText: 'Ada' }).waitFor()
    assert.equal(await page.getByRole('button', { name: /Show QR code/ }).count(), 0)
    await page.locator('a.row', { hasText: 'Ada' }).tap()
    await page.getByText('Owner of the box').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Message' }).count(), 0)
    await lin.search('live here')
    await page.getByText('Nothing found').first().waitFor()
    await page.goto('/me')
    await page.getByText(/^You are a guest here until tomorrow/).waitFor()
    await page.getByText('You have no password yet').waitFor()
    await look(page, 'guest-settings')
  })

  chapter('members see who is a guest, and the owner can make one a member', async () => {
    const { page } = ada
    await page.goto('/people')
    const row = page.locator('a.row', { hasText: 'Lin' })
    await row.getByText('Guest', { exact: true }).waitFor()
    await look(page, 'people-with-guest')
    await row.click()
    await page.getByText(/^Guest until tomorrow/).waitFor()
    await look(page, 'guest-profile')
    await page.getByRole('button', { name: 'Make a member' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Make a member' }).click()
    await page.getByText('Member', { exact: true }).waitFor()
    await lin.page.goto('/')
    await lin.chatRow('Everybody').waitFor()
    await lin.page.goto('/new-chat')
    await lin.page.getByRole('link', { name: 'New room' }).waitFor()
  })

  chapter('someone without a password sets the first one in the settings', async () => {
    const { page } = lin
    await page.goto('/me')
    await page.getByRole('button', { name: 'Sign out' }).tap()
    await page.getByText('You have no password: once signed out').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).tap()
    await page.getByRole('button', { name: 'Set a password' }).tap()
    assert.equal(await page.getByLabel('Present password').count(), 0)
    await page.getByLabel('New password').fill('correct horse battery')
    await page.getByRole('button', { name: 'Save' }).tap()
    await page.getByRole('button', { name: 'Change the password' }).waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'Change the password' }).waitFor()
  })

  chapter('a stay that ends soon is told, and the owner can end it at once', async () => {
    link = await invite(ada.page, { stay: '1 hour' })
    mei = await Person.at(browser, porch, 'Mei', PHONE)
    await comeBy(mei, link)
    await mei.page.getByText(/^Your stay as a guest ends at /).waitFor()
    await look(mei.page, 'stay-ends-soon')
    await ada.page.goto('/people')
    await ada.page.locator('a.row', { hasText: 'Mei' }).click()
    await ada.page.getByRole('button', { name: 'End the stay' }).click()
    await ada.page.getByRole('dialog').getByRole('button', { name: 'End the stay' }).click()
    await mei.page.getByRole('heading', { name: 'Your stay has ended' }).waitFor()
    await look(mei.page, 'stay-ended')
    await ada.page.goto('/people')
    await ada.page.locator('a.row', { hasText: 'Lin' }).waitFor()
    assert.equal(await ada.page.locator('a.row', { hasText: 'Mei' }).count(), 0)
  })

  chapter('an invite for one person lets one in, and tells the next', async () => {
    link = await invite(ada.page, { once: true })
    await mei.page.goto('/')
    await comeBy(mei, link)
    const late = await Person.at(browser, porch, 'Late')
    await late.page.goto(new URL(link).pathname)
    await late.page.getByText('This invite was for one person, and has been used.').waitFor()
    await look(late.page, 'invite-used')
    await ada.page.goto('/invites')
    const row = ada.page.getByRole('link', { name: /Used up/ })
    await row.click()
    await ada.page.getByRole('button', { name: 'Withdraw this invite' }).click()
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Withdraw this invite' }).click()
    await row.waitFor({ state: 'detached' })
    await late.page.reload()
    await late.page.getByText('This invite does not exist, or was withdrawn.').waitFor()
    await late.leave()
  })

  chapter('an invite opened by someone who is here says so', async () => {
    await lin.page.goto('/j/0QHx6vYk1Jm2cT9sZbE4wg')
    await lin.page.getByRole('heading', { name: 'You are here already' }).waitFor()
    await look(lin.page, 'invited-here')
    await lin.page.setViewportSize(PHONE.viewport)
    await lin.page.getByRole('link', { name: 'Go on as Lin' }).tap()
    await lin.page.getByRole('heading', { name: 'Chats' }).waitFor()
  })

  chapter('a link to a room outlives joining, and leads in', async () => {
    const { page } = ada
    await ada.openRoom('Kitchen')
    const path = new URL(page.url()).pathname
    await page.getByRole('link', { name: 'Room details' }).last().click()
    await page.getByRole('button', { name: 'Show QR code' }).click()
    const code = page.getByRole('img', { name: /^QR code for / })
    await code.waitFor()
    await look(page, 'room-qr', WIDEST)
    const scanned = new URL(await qr.readQr(await code.screenshot()))
    assert.equal(scanned.pathname, path)
    await page.keyboard.press('Escape')
    await page.getByText('Guests can be here too.').waitFor()
    grace = await Person.at(browser, porch, 'Grace')
    await grace.page.goto(scanned.pathname)
    await grace.page.getByRole('link', { name: 'Join' }).click()
    await grace.page.locator('input[name=username]').fill('Grace')
    await grace.page.locator('input[name=password]').fill('correct horse battery')
    await grace.page.locator('form button[type=submit]').click()
    await grace.page.locator('article', { hasText: 'Soup at seven.' }).waitFor()
    await look(grace.page, 'door')
    await grace.page.getByRole('button', { name: 'Join Kitchen' }).click()
    await grace.message('Soup at seven.').waitFor()
    assert.equal(new URL(grace.page.url()).pathname, path)
    await grace.page.goto('/r/999')
    await grace.page.getByText('This room is not open to you').waitFor()
    await look(grace.page, 'door-closed')
  })

  chapter('anyone can show the way in, to the page that leads newcomers', async () => {
    const { page } = grace
    await page.goto('/people')
    await page.getByRole('button', { name: 'Show QR code' }).click()
    const code = page.getByRole('img', { name: /^QR code for / })
    await code.waitFor()
    await look(page, 'nearby', WIDEST)
    assert.match(await qr.readQr(await code.screenshot()), /^http:\/\/127\.0\.0\.1:\d+\/$/)
    assert.equal(
      await page.getByRole('link', { name: 'Invite people' }).count(),
      0,
      'inviting is for the owner',
    )
  })

  chapter('turning guests off is asked about, and ends every stay', async () => {
    const { page } = ada
    link = await invite(page, {})
    await page.goto('/me')
    const guests = page.getByRole('switch', { name: 'Guests may come' })
    await guests.click()
    await page.getByRole('dialog', { name: 'Let no guests come any more?' }).waitFor()
    await look(page, 'guests-off', WIDEST)
    await page.getByRole('button', { name: 'Cancel' }).click()
    assert.ok(await guests.isChecked(), 'nothing changes before it was agreed to')
    await guests.click()
    await page.getByRole('dialog').getByRole('button', { name: 'Turn guests off' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.ok(!(await guests.isChecked()))
    await mei.page.getByRole('heading', { name: 'Your stay has ended' }).waitFor()
    await mei.page.goto(new URL(link).pathname)
    await mei.page.getByText('The owner of the box takes no guests just now.').waitFor()
  })

  chapter('the room for everybody gets a name', async () => {
    const { page } = ada
    await page.goto('/r/1/details')
    await page.getByRole('button', { name: 'Rename' }).click()
    await page.getByLabel('Name of the room').fill('Hall')
    await page.getByRole('button', { name: 'Save' }).click()
    await grace.page.goto('/')
    await grace.chatRow('Hall').waitFor()
    await grace.page.goto('/r/1/details')
    await grace.page.getByRole('heading', { name: 'Hall' }).first().waitFor()
    assert.equal(await grace.page.getByRole('button', { name: 'Rename' }).count(), 0)
  })

  chapter('everything is there in Chinese and in the dark', async () => {
    const { page } = ada
    await page.goto('/me')
    await page.getByRole('radio', { name: 'Dark' }).check()
    await page.getByRole('radio', { name: '简体中文' }).check()
    await page.getByRole('heading', { name: '设置' }).waitFor()
    for (const [name, path] of [
      ['invites', '/invites'],
      ['new-invite', '/new-invite'],
      ['details', '/r/1/details'],
    ]) {
      await page.goto(path)
      await page.locator('h1').first().waitFor()
      await page.waitForLoadState('networkidle')
      await look(page, `zh-dark-${name}`)
    }
    await page.goto('/invites')
    await page.locator('a[href^="/invites/"]').first().click()
    await page.getByRole('img', { name: /^二维码/ }).waitFor()
    await look(page, 'zh-dark-invite')
    const stranger = await Person.at(browser, porch, '陌生人', {
      ...PHONE,
      locale: 'zh-CN',
      colorScheme: 'dark',
    })
    await stranger.page.goto('/j/0QHx6vYk1Jm2cT9sZbE4wg')
    await stranger.page.getByText('没有这个邀请').waitFor()
    await look(stranger.page, 'zh-dark-invite-unknown')
    await stranger.leave()
  })

  chapter('the poster opens from an invite and from the box, and is the owner’s', async () => {
    const { page } = ada
    await page.goto('/invites')
    await page.locator('a[href^="/invites/"]').first().click()
    const opened = page.waitForEvent('popup')
    await page.getByRole('link', { name: '打印成海报' }).click()
    const poster = await opened
    await poster.locator('svg, img').first().waitFor()
    assert.match(poster.url(), /\/poster\?lang=zh&paper=a4&invite=\d+/)
    assert.match(await qr.readQr(await poster.screenshot({ fullPage: true })), /\/j\/[\w-]{22}/)
    await poster.close()
    assert.equal(await grace.page.evaluate(async () => (await fetch('/poster')).status), 403)
  })

  chapter('nothing went wrong on any page', async () => {
    for (const person of people()) await person.leave()
  })
})

/** The owner makes an invite for guests of the kitchen; gives its link. */
async function invite(page, { stay = '1 day', once = false }) {
  await page.goto('/new-invite')
  await page.getByRole('checkbox', { name: /^Kitchen/ }).check()
  await page.getByLabel('How long may a guest stay?').selectOption({ label: stay })
  if (once) await page.getByRole('radio', { name: 'Once' }).check()
  await page.getByRole('button', { name: 'Make the invite' }).click()
  const code = page.getByRole('img', { name: /^QR code for / })
  await code.waitFor()
  return qr.readQr(await code.screenshot())
}

/** Somebody scans the link and joins with their name. */
async function comeBy(person, link) {
  await person.page.goto(new URL(link).pathname)
  await person.page.getByLabel('Your name').fill(person.name)
  await person.page.getByRole('button', { name: 'Join' }).click()
  await person.page.getByRole('heading', { name: 'Kitchen' }).waitFor()
}
