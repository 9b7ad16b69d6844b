// What was said is passed on, in Chromium: to several rooms, with all it brings, whatever becomes of where it came from.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { DEVICES, launch, skip } from './harness/chromium.js'
import { untilKept } from './harness/kept.js'
import { look } from './harness/look.js'
import { Person } from './harness/person.js'
import { picture } from './harness/picture.js'
import { Porch } from './harness/porch.js'
import { makeRoom } from './harness/rooms.js'
import { story } from './harness/story.js'

describe('forwarding in Chromium', { skip }, () => {
  let porch, browser, ada, grace
  const chapter = story(() => [ada, grace].filter(Boolean).map((person) => person.page))

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch, { args: DEVICES })
    ada = await Person.at(browser, porch, 'Ada', {
      permissions: ['microphone', 'clipboard-read', 'clipboard-write'],
    })
    await ada.join()
    grace = await Person.at(browser, porch, 'Grace 葛')
    await grace.join()
    await makeRoom(ada, 'Kitchen', 'Only who is added', ['Grace'])
    await makeRoom(ada, '厨房', 'Only who is added', ['Grace'])
    await grace.page.goto('/new-room')
    await grace.openRoom('Kitchen')
    await ada.openRoom('Everybody')
  })

  after(async () => {
    await browser?.close()
    await porch?.stop()
  })

  const dialog = () => ada.page.getByRole('dialog')
  const button = (name) => ada.page.getByRole('button', { name, exact: true })
  const choose = (name) => dialog().getByRole('checkbox', { name }).check()

  async function openMenu(person, row) {
    await row.hover()
    await row.getByRole('button', { name: 'What to do with this message' }).click()
    await person.page.getByRole('menu').waitFor()
  }

  async function item(row, name) {
    await openMenu(ada, row)
    await ada.page.getByRole('menuitem', { name, exact: true }).click()
  }

  async function forward(row, ...rooms) {
    await item(row, 'Forward')
    for (const room of rooms) await choose(room)
    await dialog().getByRole('button', { name: 'Forward', exact: true }).click()
    await dialog().waitFor({ state: 'detached' })
  }

  /** It stands there, and it is said that it was passed on. */
  const forwarded = (person, text) =>
    person.page.locator('article', { has: person.page.locator('.forwarded'), hasText: text }).last()

  /** Whether the pictures that are shown have come. */
  const isDrawn = (row) => row.locator('img').evaluate((img) => img.decode().then(() => img.naturalWidth > 0))

  chapter('words go to two rooms at once, found by pinyin and by keys alone', async () => {
    await ada.say('Dinner is at seven, outside')
    await item(ada.message('Dinner is at seven'), 'Forward')
    await dialog().getByText('Dinner is at seven, outside').waitFor()
    assert.ok(
      await dialog()
        .getByRole('searchbox')
        .evaluate((field) => field === document.activeElement),
    )
    await ada.page.keyboard.type('chufang')
    assert.equal(await dialog().getByRole('checkbox').count(), 1)
    await ada.page.keyboard.press('Enter')
    assert.ok(await dialog().getByRole('checkbox', { name: '厨房' }).isChecked())
    await choose('Kitchen')
    await dialog().getByRole('status').getByText('To ⁨厨房⁩ and ⁨Kitchen⁩').waitFor()
    await look(ada.page, 'forward')
    await dialog().getByRole('searchbox').press('Enter')
    await dialog().waitFor({ state: 'detached' })
    await ada.page.getByText('Forwarded to 2 chats').first().waitFor()
    await forwarded(grace, 'Dinner is at seven').waitFor()
    await look(grace.page, 'forwarded')
    await grace.openRoom('厨房')
    await forwarded(grace, 'Dinner is at seven').waitFor()
    assert.equal(await grace.page.locator('article .forwarded').count(), 1)
  })

  chapter('nobody changes what another has said, and whoever forwards it goes there', async () => {
    await forward(ada.message('Dinner is at seven'), 'Kitchen')
    await ada.page.getByRole('link', { name: 'Go there' }).click()
    await ada.page.getByRole('heading', { name: 'Kitchen' }).waitFor()
    await openMenu(ada, forwarded(ada, 'Dinner is at seven'))
    await ada.page.getByRole('menuitem', { name: 'Delete' }).waitFor()
    assert.equal(await ada.page.getByRole('menuitem', { name: 'Edit' }).count(), 0)
    await ada.page.keyboard.press('Escape')
    await ada.openRoom('Everybody')
  })

  chapter('a picture and a voice go with what they are, and outlive where they came from', async () => {
    const file = { name: 'garden.png', mimeType: 'image/png', buffer: picture(640, 480, 140) }
    await ada.page.locator('.composer input[type=file]').setInputFiles(file)
    await ada.composer().fill('The garden')
    await ada.page.locator('.composer button[type=submit]').click()
    const garden = ada.page.locator('article:not(.pending)', { hasText: 'The garden' })
    await garden.locator('img').waitFor()
    await forward(garden, 'Kitchen', '厨房')
    await button('Record a voice message').click()
    await ada.page.locator('.recorder .time', { hasText: '0:01' }).waitFor()
    await button('Stop recording').click()
    await button('Send the voice message').click()
    const voice = ada.page.locator('article:not(.pending)', { has: ada.page.locator('.voice') })
    await voice.waitFor()
    await forward(voice, 'Kitchen', '厨房')
    for (const room of ['Kitchen', '厨房']) {
      await grace.openRoom(room)
      await forwarded(grace, 'The garden').locator('img').waitFor()
      await grace.page.locator('article', { has: grace.page.locator('.forwarded ~ * .voice') }).waitFor()
    }
    for (const row of [voice, garden]) {
      await item(row, 'Delete')
      await dialog().getByRole('button', { name: 'Delete', exact: true }).click()
      await dialog().waitFor({ state: 'detached' })
    }
    await porch.killAndRestart()
    for (const room of ['Kitchen', '厨房']) {
      await grace.page.reload()
      await grace.openRoom(room)
      assert.ok(await isDrawn(forwarded(grace, 'The garden')))
    }
    const played = grace.page.locator('article', { has: grace.page.locator('.voice') })
    await played.getByRole('button', { name: 'Play' }).click()
    await look(grace.page, 'forwarded-brought')
  })

  chapter('without the box it waits on the device, and is done when the box is there', async () => {
    await ada.say('Bring an umbrella')
    await untilKept(ada.page, 'Bring an umbrella')
    await porch.end()
    await forward(ada.message('Bring an umbrella'), 'Kitchen')
    await untilKept(ada.page, '"type":"forward"')
    await ada.page.reload()
    await ada.message('Bring an umbrella').waitFor()
    await porch.restart()
    await grace.openRoom('Kitchen')
    await forwarded(grace, 'Bring an umbrella').waitFor()
    assert.equal(await grace.page.locator('article', { hasText: 'Bring an umbrella' }).count(), 1)
  })

  chapter('it goes to a person with whom one has not talked yet', async () => {
    const wilhelm = await Person.at(browser, porch, 'Wilhelm')
    await wilhelm.join()
    await ada.openRoom('Everybody')
    await ada.say('For one alone')
    await forward(ada.message('For one alone'), 'Wilhelm')
    await wilhelm.openRoom('Ada')
    await forwarded(wilhelm, 'For one alone').waitFor()
    await wilhelm.leave()
  })

  chapter('small, dark and in Chinese', async () => {
    for (const { page } of [ada, grace]) {
      await page.setViewportSize({ width: 360, height: 740 })
      await page.emulateMedia({ colorScheme: 'dark' })
      await page.evaluate(() => localStorage.setItem('porch.language', 'zh'))
      await page.reload()
    }
    await grace.message('Bring an umbrella').getByText('转发的消息').waitFor()
    await look(grace.page, 'zh-dark-forwarded')
    await ada.message('Bring an umbrella').click({ button: 'right' })
    await ada.page.getByRole('menuitem', { name: '转发' }).click()
    await choose('Kitchen')
    await look(ada.page, 'zh-dark-forward')
    await ada.page.keyboard.press('Escape')
  })

  chapter('nothing went wrong on either page', async () => {
    for (const person of [ada, grace]) person.forgive(/ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|WebSocket/)
    await ada.leave()
    await grace.leave()
  })
})
