// The search over all rooms, in Chromium: whom and where it means, and what it says when it finds nothing.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { launch, skip } from './harness/chromium.js'
import { look } from './harness/look.js'
import { Person } from './harness/person.js'
import { picture } from './harness/picture.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'
import { Voice } from './harness/voice.js'

const QUOTED = 'O"Brien: "Bo"'
const LONG = 'The summer party: its games, its music and its food'

describe('searching everywhere in Chromium', { skip }, () => {
  let porch, browser, ada, bo
  const chapter = story(() => [ada, bo].filter(Boolean).map((person) => person.page))

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch)
    ada = await Person.at(browser, porch, 'Ada')
    await ada.join()
    bo = await Person.at(browser, porch, QUOTED)
    await bo.join()
  })

  after(async () => {
    await browser?.close()
    await porch?.stop()
  })

  chapter('much is said in many places', async () => {
    await bo.openRoom('Everybody')
    await bo.say('Pie for all 🥧')
    await bo.page.getByRole('link', { name: 'People' }).click()
    await bo.page.locator('a.row', { hasText: 'Ada' }).click()
    await bo.page.getByRole('button', { name: 'Message' }).click()
    await bo.say('A pie for you')
    await ada.openRoom(QUOTED)
    await ada.say('What a pie')
    for (const pie of ['Pie in one kitchen', 'Pie in the other kitchen']) {
      await makeRoom(ada, 'Kitchen')
      await ada.say(pie)
    }
    await makeRoom(ada, LONG)
    await ada.say('A pie with a long address')
    await makeRoom(ada, 'Attic')
    await ada.say('A forgotten pie')
    await ada.page.getByRole('link', { name: 'Room details' }).last().click()
    await ada.page.getByRole('button', { name: 'Archive this room' }).click()
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Archive this room' }).click()
    await ada.page.getByText('The room is archived').last().waitFor()
  })

  chapter('a hit says where it is: in a private chat with whom, and in an archived room too', async () => {
    await ada.search('pie')
    await ada.page.getByText('7 messages found').waitFor()
    const where = await ada.page.locator('a.hit .where').allTextContents()
    assert.deepEqual(
      where.map((text) => text.trim().replace(/[\u2068\u2069]/g, '')),
      ['Attic', LONG, 'Kitchen', 'Kitchen', `with ${QUOTED}`, `with ${QUOTED}`, 'Everybody'],
    )
    await look(ada.page, 'search-everywhere')
  })

  chapter('a long name of a room leaves the author’s whole', async () => {
    const { page } = ada
    await page.setViewportSize({ width: 360, height: 740 })
    const cut = await page.locator('a.hit', { hasText: 'long address' }).evaluate((hit) =>
      ['.author', '.where'].map((part) => {
        const element = hit.querySelector(part)
        return element.scrollWidth > element.clientWidth
      }),
    )
    assert.deepEqual(cut, [false, true])
    await page.setViewportSize({ width: 1280, height: 800 })
  })

  chapter('a person with quotation marks is chosen, and told by id', async () => {
    const { page } = ada
    await page.getByRole('button', { name: 'Filters' }).click()
    await page.getByRole('combobox', { name: 'Person' }).selectOption(QUOTED)
    await found(ada, ['A pie for you', 'Pie for all 🥧'])
    assert.equal(await page.getByRole('searchbox').inputValue(), 'pie')
    assert.match(new URL(page.url()).searchParams.get('from'), /^\d+$/)
    await page.getByRole('button', { name: 'Filters (1 set)' }).waitFor()
    await page.reload()
    await found(ada, ['A pie for you', 'Pie for all 🥧'])
    assert.equal(await chosen(page, 'Person'), QUOTED)
  })

  chapter('what is typed takes the place of what was chosen, and is shown as chosen', async () => {
    const { page } = ada
    await page.getByRole('searchbox').fill('pie from:ada in:attic')
    await found(ada, ['A forgotten pie'])
    assert.deepEqual([await chosen(page, 'Person'), await chosen(page, 'Room')], ['Ada', 'Attic'])
    await page.getByRole('combobox', { name: 'Person' }).selectOption('Anyone')
    assert.equal(await page.getByRole('searchbox').inputValue(), 'pie in:attic')
    await page.getByRole('button', { name: 'Clear the filters' }).click()
    assert.equal(await page.getByRole('searchbox').inputValue(), 'pie')
    await page.getByText('7 messages found').waitFor()
  })

  chapter('private chats can be chosen, and so can each of two rooms of one name', async () => {
    const { page } = ada
    const choices = page.getByRole('combobox', { name: 'Room' })
    assert.deepEqual(
      await choices.locator('optgroup').evaluateAll((groups) => groups.map((one) => one.label)),
      ['Rooms', 'Private chats'],
    )
    await choices.selectOption(QUOTED)
    await found(ada, ['What a pie', 'A pie for you'])
    const kitchens = await choices.locator('option', { hasText: /^Kitchen/ }).allTextContents()
    assert.deepEqual(kitchens, ['Kitchen (1 member)', 'Kitchen (1 member) 2'])
    await choices.selectOption(kitchens[0])
    await found(ada, ['Pie in one kitchen'])
    await choices.selectOption(kitchens[1])
    await found(ada, ['Pie in the other kitchen'])
    await look(page, 'search-filters')
  })

  chapter('when nothing is found, the reason that is given is true', async () => {
    const { page } = ada
    for (const [query, why] of [
      ['q=pie+from:nobody', 'Nobody you see here is called “nobody”.'],
      ['q=in:"No+where"', 'None of your rooms is called “No where”.'],
      ['q=cake', 'No message you may read has all of these words. Fewer words find more.'],
      ['until=2001-01-01', 'No message you may read fits these filters.'],
      [
        'q=cake+from:ada',
        /^No message that you may read and that fits these filters has all of these words\./,
      ],
    ]) {
      await page.goto(`/search?${query}`)
      await page.getByText(why).waitFor()
    }
    await page.goto('/search?q=🥧')
    await found(ada, ['Pie for all 🥧'])
  })

  chapter('what was sent is found by its kind, its name and what is said of it', async () => {
    const { page } = ada
    const cleo = await Voice.join(porch, 'Cleo')
    const cat = { name: 'IMG_2034.png', type: 'image/png', bytes: picture(64, 48, 20), alt: 'A cat on 高墙' }
    await cleo.bring([cat], 'Look')
    const minutes = { name: 'Protokoll_2026-05.pdf', type: 'application/pdf', bytes: Buffer.from('%PDF-1.7') }
    await cleo.bring([minutes], 'For Monday')
    cleo.say('https://example.com/recipe')
    await ada.chatRow('Everybody').getByText('example.com').waitFor()
    await page.goto('/search?q=has:link')
    await found(ada, ['https://example.com/recipe'])
    const box = page.getByRole('searchbox')
    for (const [query, texts, marks] of [
      ['has:picture', ['Look'], []],
      ['has:图片', ['Look'], []],
      ['has:file', ['For Monday'], []],
      ['2034', ['Look'], ['2034']],
      ['cat 高墙 look', ['Look'], ['cat', '高墙', 'Look']],
      ['protokoll 05', ['For Monday'], ['Protokoll', '05']],
      ['Protokoll_2026-05.pdf', ['For Monday'], ['Protokoll_2026-05.pdf']],
    ]) {
      await box.fill(query)
      await found(ada, texts)
      await page.waitForFunction(
        (marks) =>
          [...document.querySelectorAll('a.hit mark')].map((mark) => mark.textContent).join('\n') === marks,
        marks.join('\n'),
      )
      if (texts[0] === 'Look')
        await page.waitForFunction(() => document.querySelector('a.hit img')?.naturalWidth > 0)
    }
    await page.getByRole('combobox', { name: 'With' }).selectOption('Pictures')
    await box.fill('')
    await found(ada, ['Look'])
    assert.equal(new URL(page.url()).searchParams.get('has'), 'picture')
    await look(page, 'search-has')
    await box.fill('has:voice')
    await page.getByText('No message you may read fits these filters.').waitFor()
    assert.equal(await chosen(page, 'With'), 'Voice messages')
    await box.fill('has:cake')
    await page.getByText('Behind “has:” comes what is sought').waitFor()
    ada.forgive(/status of 400/)
    await box.fill('protokoll')
    await page.locator('a.hit').click()
    await page.locator('article.flash', { hasText: 'For Monday' }).waitFor()
    cleo.leave()
  })

  chapter('Esc leads back to where one was', async () => {
    const { page } = ada
    await ada.openRoom('Everybody')
    await page.getByRole('link', { name: 'Search' }).first().click()
    await page.getByRole('searchbox').fill('pie')
    await page.getByText('7 messages found').waitFor()
    await page.keyboard.press('Escape')
    await ada.message('Pie for all').waitFor()
    await page.getByRole('heading', { name: 'Everybody' }).waitFor()
  })

  chapter('all of it speaks Chinese, in the dark too', async () => {
    const { page } = ada
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.evaluate(() => localStorage.setItem('porch.language', 'zh'))
    await page.goto('/search?q=pie&room=1&until=2099-01-01')
    await page.getByText('找到1条消息').waitFor()
    await look(page, 'zh-dark-search-filters')
    await page.goto('/search?q=from:nobody')
    await page.getByText('你在这里看得到的人里，没有叫“nobody”的。').waitFor()
  })

  chapter('nothing went wrong on either page', async () => {
    await ada.leave()
    await bo.leave()
  })
})

async function makeRoom(person, name) {
  await person.page.goto('/new-room')
  await person.page.getByLabel('Name of the room').fill(name)
  await person.page.getByRole('button', { name: 'Create the room' }).click()
  await person.page.getByRole('heading', { name, exact: true }).waitFor()
}

/** Waits until exactly these messages are found, in this order. */
async function found(person, texts) {
  await person.page.waitForFunction((texts) => {
    const bodies = [...document.querySelectorAll('a.hit .body')].map((body) => body.textContent.trim())
    return bodies.join('\n') === texts.join('\n')
  }, texts)
}

/** What a list has chosen, as it is called there. */
const chosen = (page, label) =>
  page.getByRole('combobox', { name: label }).evaluate((select) => select.selectedOptions[0].textContent)
