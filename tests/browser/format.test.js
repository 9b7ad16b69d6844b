// What is typed as in other chats and drawn so: marks, quotes and lists, and what is copied of them, in Chromium.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { launch, skip } from './harness/chromium.js'
import { look } from './harness/look.js'
import { Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'

const MIXED = [
  '**To do** for _Saturday_, see https://wiki.ship.lan/a_b_c:',
  '- ~milk~ *bread*',
  '- `make *all*`',
  '  - and what is below it',
  '10. Call *Lin*',
  '> When do we meet?',
  '> At *seven*',
  'See snake_case_name, 2*3*4 and *_*',
].join('\n')
const HTML = 'never <img src=x onerror=alert(1)> *<b>bold</b>* &amp;'
const CHINESE = '这是**重点**，看《*书*》：\n1. 第一，_慢_\n2. ~~第二~~\n> 明天**八点**见？\n好的~我们走~'
const ARABIC = 'هذا *مهم* جدا\n> قال: _نعم_\n- واحد\n- *اثنان*'

describe('formatted messages in Chromium', { skip }, () => {
  let porch, browser, ada, grace
  const chapter = story(() => [ada, grace].filter(Boolean).map((person) => person.page))

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch)
    ada = await Person.at(browser, porch, 'Ada')
    await ada.join()
    await ada.openRoom('Everybody')
    grace = await Person.at(browser, porch, 'Grace', { permissions: ['clipboard-read', 'clipboard-write'] })
    await grace.join()
    await grace.openRoom('Everybody')
  })

  after(async () => {
    await ada?.leave()
    await grace?.leave()
    await browser?.close()
    await porch?.stop()
  })

  /** Ada sends it; gives what Grace sees of it, when it is drawn as it is to be. */
  async function sent(text, known) {
    await ada.composer().fill(text)
    await ada.composer().press('Enter')
    await ada.message(known).locator('.state', { hasText: /Sent/ }).waitFor()
    const body = grace.message(known).locator('.body')
    await body.locator('[data-formatted]').waitFor()
    return body
  }

  const texts = (within, selector) => within.locator(selector).allTextContents()

  chapter('what is typed by one stands out for another', async () => {
    const body = await sent(MIXED, 'To do')
    assert.deepEqual(await texts(body, 'strong'), ['To do', 'bread', 'Lin', 'seven'])
    assert.deepEqual(await texts(body, 'em'), ['Saturday'])
    assert.deepEqual(await texts(body, 's'), ['milk'])
    assert.deepEqual(await texts(body, 'code'), ['make *all*'])
    assert.deepEqual(await texts(body, 'a'), ['https://wiki.ship.lan/a_b_c'])
    assert.deepEqual(await texts(body, 'blockquote'), ['When do we meet?\nAt seven'])
    assert.deepEqual(await texts(body, 'ul > li'), [
      'milk bread',
      'make *all*and what is below it',
      'and what is below it',
    ])
    assert.deepEqual(
      await body.locator('ol > li').evaluateAll((all) => all.map((li) => [li.value, li.textContent])),
      [[10, 'Call Lin']],
    )
    assert.match(await body.textContent(), /See snake_case_name, 2\*3\*4 and \*_\*$/)
    assert.equal(await body.locator('li').first().getByRole('listitem').count(), 0)
  })

  chapter('nothing that is typed becomes an element by itself', async () => {
    const body = await sent(HTML, 'never')
    assert.equal(await body.textContent(), 'never <img src=x onerror=alert(1)> <b>bold</b> &amp;')
    assert.equal(await body.locator('img, b').count(), 0)
    assert.deepEqual(await texts(body, 'strong'), ['<b>bold</b>'])
  })

  chapter('in Chinese without spaces, and from right to left', async () => {
    const body = await sent(CHINESE, '这是')
    assert.deepEqual(await texts(body, 'strong'), ['重点', '书', '八点'])
    assert.deepEqual(await texts(body, 'em'), ['慢'])
    assert.deepEqual(await texts(body, 's'), ['第二'])
    assert.deepEqual(await texts(body, 'ol > li'), ['第一，慢', '第二'])
    const arabic = await sent(ARABIC, 'هذا')
    assert.deepEqual(await texts(arabic, 'strong'), ['مهم', 'اثنان'])
    for (const element of ['blockquote', 'ul'])
      assert.equal(
        await arabic.locator(element).evaluate((one) => getComputedStyle(one).direction),
        'rtl',
        element,
      )
  })

  chapter('what is selected and copied is what was typed', async () => {
    assert.equal(await copied('[data-formatted]', 'To do'), MIXED)
    assert.equal(await copied('blockquote', 'To do'), '> When do we meet?\n> At *seven*')
    assert.equal(await copied('ul > li', 'To do'), '- ~milk~ *bread*')
    assert.equal(await copied('code', 'To do'), 'make *all*')
    assert.equal(await copied('[data-formatted]', '这是'), CHINESE)
    assert.equal(await copied('[data-formatted]', 'هذا'), ARABIC)
    assert.equal(await copied('[data-formatted]', 'never'), HTML)
  })

  chapter('with the mouse, within a word and over the end of the message', async () => {
    await sent('A *very _good_ day* to all', 'very')
    const body = grace.message('very').locator('.body')
    await body.locator('em').dblclick()
    assert.equal((await byKey()).trim(), '_good_')
    await body.locator('strong').click({ clickCount: 3, position: { x: 4, y: 8 } })
    assert.equal(await byKey(), 'A *very _good_ day* to all')
    await drag(body.locator('strong'), 0, body.locator('em'), 1)
    assert.equal(await byKey(), 'very _good_')
  })

  chapter('of several messages the browser copies what is seen', async () => {
    const seen = await grace.page.evaluate(() => {
      const [first, last] = [...document.querySelectorAll('[data-formatted]')].slice(-2)
      getSelection().setBaseAndExtent(first, 0, last, last.childNodes.length)
      return String(getSelection())
    })
    assert.equal(await byKey(), seen)
    await grace.page.evaluate(() => getSelection().empty())
  })

  chapter('the menu copies the message as it was typed', async () => {
    await grace.message('To do').click({ button: 'right', position: { x: 200, y: 8 } })
    await grace.page.getByRole('menuitem', { name: 'Copy the text' }).click()
    await grace.page.getByRole('status').getByText('Copied').waitFor()
    assert.equal(await grace.page.evaluate(() => navigator.clipboard.readText()), MIXED)
  })

  chapter('it looks right to both, folded as well', async () => {
    await look(ada.page, 'format')
    await look(grace.page, 'format-other')
    const items = Array.from({ length: 40 }, (_, at) => `${at + 1}. *Item* ${at + 1}`).join('\n')
    const body = await sent(items, 'Item')
    assert.equal(await body.locator('li').count(), 10)
    assert.equal(await copied('[data-formatted]', 'Item'), items.split('\n').slice(0, 10).join('\n'))
    await body.getByRole('button', { name: 'Show all' }).click()
    assert.equal(await body.locator('li').count(), 40)
    assert.equal(await copied('[data-formatted]', 'Item'), items)
  })

  chapter('between two, in bubbles', async () => {
    await grace.page.goto('/people')
    await grace.page.locator('a.row', { hasText: 'Ada' }).click()
    await grace.page.getByRole('button', { name: 'Message' }).click()
    for (const text of [MIXED, CHINESE, ARABIC, '> *only* a quote', '- only\n- a list', '*all of it*']) {
      await grace.composer().fill(text)
      await grace.composer().press('Enter')
    }
    await grace.message('all of it').locator('.state', { hasText: /Sent/ }).waitFor()
    await grace.message('all of it').locator('strong').waitFor()
    await look(grace.page, 'format-bubbles')
    await ada.openRoom('Grace')
    await ada.message('all of it').locator('strong').waitFor()
    await look(ada.page, 'format-bubbles-other')
  })

  chapter('the composer tells how it is typed', async () => {
    await ada.page.getByRole('button', { name: 'Add to the message' }).click()
    await ada.page.getByRole('menuitem', { name: 'Formatting' }).click()
    const dialog = ada.page.getByRole('dialog', { name: 'Formatting' })
    await dialog.locator('td.drawn strong', { hasText: 'bold' }).waitFor()
    for (const drawn of ['em', 's', 'code', '.block', 'blockquote', 'ul', 'ol'])
      assert.equal(await dialog.locator(`td.drawn ${drawn}`).count(), 1, drawn)
    await look(ada.page, 'format-help')
    await ada.page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  chapter('in Chinese, in the dark', async () => {
    await ada.page.emulateMedia({ colorScheme: 'dark' })
    await ada.page.evaluate(() => localStorage.setItem('porch.language', 'zh'))
    await ada.page.goto('/')
    await ada.page.locator('a.row', { hasText: 'Grace' }).first().click()
    await ada.page.locator('blockquote').first().waitFor()
    await look(ada.page, 'format-bubbles-zh-dark')
    await ada.page.locator('a.row', { hasText: '所有人' }).first().click()
    await ada.page.locator('ol').first().waitFor()
    await look(ada.page, 'format-zh-dark')
  })

  /** Selects all of an element of a message that Grace sees, and copies it. */
  async function copied(selector, known) {
    await grace
      .message(known)
      .locator(selector)
      .first()
      .evaluate((element) => getSelection().selectAllChildren(element))
    return byKey()
  }

  async function byKey() {
    await grace.page.keyboard.press('Control+c')
    return grace.page.evaluate(() => navigator.clipboard.readText())
  }

  /** From one end of an element to an end of another: 0 is where it begins. */
  async function drag(from, fromEnd, to, toEnd) {
    // What is selected would be dragged.
    await grace.page.evaluate(() => getSelection().empty())
    const [a, b] = [await from.boundingBox(), await to.boundingBox()]
    await grace.page.mouse.move(a.x + fromEnd * a.width, a.y + a.height / 2)
    await grace.page.mouse.down()
    await grace.page.mouse.move(b.x + toEnd * b.width, b.y + b.height / 2, { steps: 4 })
    await grace.page.mouse.up()
  }
})
