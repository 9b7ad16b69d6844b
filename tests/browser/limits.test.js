// How much files may take: what the owner sees and sets, and what whoever sends one is told before anything is on its way.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { launch, skip } from './harness/chromium.js'
import { look } from './harness/look.js'
import { Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'

const MB = 1_000_000

describe('what files may take', { skip }, () => {
  let porch, browser, ada, grace
  const chapter = story(() => [ada, grace].filter(Boolean).map((person) => person.page))

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch)
    ada = await Person.at(browser, porch, 'Ada')
    await ada.join()
    grace = await Person.at(browser, porch, 'Grace')
    await grace.join()
    await grace.openRoom('Everybody')
  })

  after(async () => {
    await browser?.close()
    await porch?.stop()
  })

  chapter('the owner says how large a file may be, and sees what there is', async () => {
    const { page } = ada
    await page.goto('/box')
    await page.getByLabel('One file may have at most').selectOption({ label: '10 MB' })
    await page.getByRole('status').getByText('Saved').waitFor()
    await page.getByText(/ of \d+ [GT]B$/).waitFor()
    assert.equal(await grace.page.evaluate(async () => (await fetch('/api/storage')).status), 403)
  })

  chapter('a larger one is named, with the limit, and nothing of it goes out', async () => {
    const { page } = grace
    const begun = []
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/api/uploads')) begun.push(request.url())
    })
    await choose(bytes('film.bin', 11 * MB), bytes('notes.bin', 1 * MB))
    await told('On this box a file can have at most 10 MB. Not added: film.bin.')
    assert.equal(await page.locator('.tray button.thing').count(), 1)
    assert.deepEqual(begun, [])
    await look(page, 'limits-large')
    await send()
    await page.locator('article').getByText('notes.bin').waitFor()
  })

  chapter('what one person has stored counts, and deleting gives it back', async () => {
    const { page } = grace
    await set({ person_bytes_max: 3 * MB })
    await choose(bytes('more.bin', 2.5 * MB))
    await told('One person can store 3 MB on this box, and you have 2 MB left')
    assert.equal(await page.locator('.tray').count(), 0)
    const message = page.locator('article', { hasText: 'notes.bin' })
    await message.hover()
    await message.getByRole('button', { name: 'What to do with this message' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.waitForFunction(
      async () => (await (await fetch('/api/uploads')).json()).left_bytes === 3_000_000,
    )
    await choose(bytes('more.bin', 2.5 * MB))
    await send()
    await page.locator('article:not(.pending)').getByText('more.bin').waitFor()
  })

  chapter(
    'a limit that was lowered meanwhile is said on the message, in the language of the page',
    async () => {
      const { page } = grace
      await set({ person_bytes_max: 20 * MB })
      // What is chosen is held against the limits of then.
      const told = page.waitForResponse((answer) => new URL(answer.url()).pathname === '/api/uploads')
      await choose(bytes('late.bin', 5 * MB))
      await page.locator('.tray button.thing').waitFor()
      await told
      await set({ person_bytes_max: 3 * MB })
      await send()
      await page
        .getByRole('alert')
        .getByText('One person can store 3 MB on this box, and you have 500 kB left')
        .waitFor()
      await look(page, 'limits-refused')
      await page.getByRole('button', { name: 'Discard' }).click()
    },
  )

  chapter('the owner sees who has sent the most', async () => {
    const { page } = ada
    await page.goto('/box')
    await page.getByRole('list', { name: 'Who has sent the most' }).getByText('Grace').waitFor()
    await page.getByRole('list', { name: 'Who has sent the most' }).getByText('2.5 MB').waitFor()
    await page.getByLabel('One person may store at most').scrollIntoViewIfNeeded()
    await look(page, 'limits-box')
  })

  const bytes = (name, size) => ({
    name,
    mimeType: 'application/octet-stream',
    buffer: Buffer.alloc(size, name),
  })
  const choose = (...files) => grace.page.locator('.composer input[type=file]').setInputFiles(files)
  const send = () => grace.page.locator('.composer button[type=submit]').click()

  /** What is shown for a moment is said, too. */
  const told = (words) =>
    grace.page.getByRole('status').filter({ hasText: words }).first().waitFor({ state: 'attached' })

  /** As the owner's page does. */
  const set = (limits) =>
    ada.page.evaluate(async (body) => {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch('/api/settings', { method: 'PATCH', headers, body: JSON.stringify(body) })
      if (!answer.ok) throw new Error(`${answer.status}`)
    }, limits)
})
