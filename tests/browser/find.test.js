// Finding what was said, in Chromium: in the room that is open, on a day, and everywhere.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { devices, launch, skip } from './harness/chromium.js'
import { look, WIDEST } from './harness/look.js'
import { Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'

const DAY_MS = 86_400_000
/** More than a window holds. */
const LINES = 36
/** Higher than the window, and folded; what is looked for is in its middle and at its end. */
const LONG = Array.from({ length: 60 }, (_, at) => `Line ${at + 1} of the log`)
LONG[2] += ', walnut cake'
LONG[31] += ', walnut tree'
LONG[58] += ', walnut oil'
/** Where Ada is: eight hours ahead of UTC. */
const ZONE = 'Asia/Shanghai'

describe('finding what was said in Chromium', { skip }, () => {
  let porch, browser, ada, grace, late
  const chapter = story(() => [ada, grace].filter(Boolean).map((person) => person.page))

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch)
    ada = await Person.at(browser, porch, 'Ada', { timezoneId: ZONE })
    await ada.join()
    grace = await Person.at(browser, porch, 'Grace 葛')
    await grace.join()
  })

  after(async () => {
    await browser?.close()
    await porch?.stop()
  })

  chapter('two talk for some days, in private and in the room for everybody', async () => {
    await grace.openRoom('Everybody')
    await grace.say('Soup for everybody')
    await grace.page.getByRole('link', { name: 'People' }).click()
    await grace.page.locator('a.row', { hasText: 'Ada' }).click()
    await grace.page.getByRole('button', { name: 'Message' }).click()
    await grace.say('Soup at seven, and more soup at eight')
    for (let line = 1; line <= LINES; line++)
      await grace.say(line % 12 === 0 ? `今晚喝汤, soup ${line}` : `Line ${line}\nof a long\nconversation`)
    // Half past eight in the evening, UTC: where Ada is, it is the next morning.
    late = Math.ceil(Date.now() / DAY_MS + 2) * DAY_MS + 20.5 * 60 * 60_000
    await porch.restart({ lastKnown: late })
    await grace.page.clock.setFixedTime(late)
    await grace.page.reload()
    await grace.say('No soup today')
  })

  chapter('Ctrl F in a private room finds what was said there, and shows the newest of it', async () => {
    await ada.openRoom('Grace 葛')
    await ada.page.keyboard.press('Control+f')
    await field(ada).waitFor()
    assert.ok(await isFocused(field(ada)))
    await look(ada.page, 'find-empty')
    await ada.page.evaluate(noteWhatIsSaid)
    await ada.page.keyboard.type('soup')
    await count(ada, '1 of 5').waitFor()
    await shown(ada, 'No soup today')
    assert.deepEqual(await marked(ada), { here: ['soup'], others: ['soup', 'Soup'] })
    assert.deepEqual(await ada.page.evaluate(() => window.said), ['1 of 5. Grace 葛: No soup today'], 'once')
  })

  chapter('Enter and the arrow keys lead from hit to hit, and marks stay where the words are', async () => {
    const { page } = ada
    await page.keyboard.press('Enter')
    await count(ada, '2 of 5').waitFor()
    await shown(ada, `今晚喝汤, soup ${LINES}`)
    await page.keyboard.press('ArrowUp')
    await page.getByRole('button', { name: 'Next result, older' }).click()
    await count(ada, '4 of 5').waitFor()
    await shown(ada, '今晚喝汤, soup 12')
    assert.deepEqual((await marked(ada)).here, ['soup'])
    assert.deepEqual(await page.locator('article[data-found-here] .body').allTextContents(), [
      '今晚喝汤, soup 12',
    ])
    await look(page, 'find')
    await field(ada).focus()
    await page.keyboard.press('Enter')
    await shown(ada, 'Soup at seven')
    assert.deepEqual((await marked(ada)).here, ['Soup', 'soup'])
    await page.keyboard.press('Enter')
    await page.waitForFunction(isSaid, 'There is no older result.')
    await page.keyboard.press('Shift+Enter')
    await count(ada, '4 of 5').waitFor()
    await page.keyboard.press('ArrowDown')
    await page.getByRole('button', { name: 'Previous result, newer' }).click()
    await count(ada, '2 of 5').waitFor()
    await shown(ada, `今晚喝汤, soup ${LINES}`)
  })

  chapter('a word that is being composed is not looked for, and its Enter leads nowhere', async () => {
    const { page } = ada
    const cdp = await page.context().newCDPSession(page)
    await field(ada).fill('')
    await count(ada, 'of').waitFor({ state: 'detached' })
    await field(ada).focus()
    const before = page.url()
    await cdp.send('Input.imeSetComposition', { text: 'he tang', selectionStart: 7, selectionEnd: 7 })
    await page.keyboard.press('Enter')
    assert.equal(page.url(), before)
    assert.equal(await ada.page.locator('.here .count').textContent(), '')
    await cdp.send('Input.insertText', { text: '喝汤' })
    await count(ada, '1 of 3').waitFor()
    assert.deepEqual((await marked(ada)).here, ['喝汤'])
  })

  chapter('Ctrl F once more leads to the field, and from there it is the browser’s own', async () => {
    const { page } = ada
    await ada.composer().focus()
    assert.ok(await isPrevented(page, 'Control+f'))
    assert.ok(await isFocused(field(ada)))
    assert.ok(!(await isPrevented(page, 'Control+f')))
    await count(ada, '1 of 3').waitFor()
  })

  chapter('a reload stays at what was found', async () => {
    const { page } = ada
    await page.keyboard.press('Enter')
    await count(ada, '2 of 3').waitFor()
    await page.reload()
    await count(ada, '2 of 3').waitFor()
    await shown(ada, `今晚喝汤, soup ${LINES - 12}`)
    assert.equal(await field(ada).inputValue(), '喝汤')
  })

  chapter('Esc closes it, leaves the messages where they are and gives the focus back', async () => {
    const { page } = ada
    await page.keyboard.press('Escape')
    await field(ada).waitFor({ state: 'detached' })
    await page.waitForFunction(() => document.activeElement?.matches('textarea'))
    assert.ok(await ada.message(`今晚喝汤, soup ${LINES - 12}`).evaluate(isInSight))
    assert.equal(await page.evaluate(() => CSS.highlights.size), 0)
    await page.keyboard.press('ArrowUp')
    await page.waitForFunction(() => document.activeElement?.matches('article'))
    await page.keyboard.press('Control+f')
    await field(ada).waitFor()
    await page.keyboard.press('Escape')
    await page.waitForFunction(() => document.activeElement?.matches('article'))
    await page.keyboard.press('Control+f')
    await page.keyboard.type('喝汤')
    await count(ada, '1 of 3').waitFor()
    await page.keyboard.press('Enter')
    await count(ada, '2 of 3').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('article:focus-visible', { hasText: `今晚喝汤, soup ${LINES - 12}` }).waitFor()
    assert.ok(await ada.message(`今晚喝汤, soup ${LINES - 12}`).evaluate(isInSight))
    await page.goBack()
    await page.waitForURL((url) => !url.pathname.startsWith('/r/'))
  })

  chapter('what is typed before a field is there goes into it, and nowhere else', async () => {
    const { page } = ada
    await ada.openRoom('Grace 葛')
    await ada.composer().focus()
    await typedAtOnce(page, 'f', '喝汤')
    await count(ada, '1 of 3').waitFor()
    assert.equal(await field(ada).inputValue(), '喝汤')
    await page.keyboard.type('!')
    assert.equal(await field(ada).inputValue(), '喝汤!')
    await page.keyboard.press('Escape')
    await field(ada).waitFor({ state: 'detached' })
    assert.ok(await isFocused(ada.composer()))
    await typedAtOnce(page, 'k', 'Every')
    const switcher = page.getByRole('combobox', { name: 'Go to a room or a person' })
    await page.getByRole('option').first().getByText('Everybody').waitFor()
    assert.equal(await switcher.inputValue(), 'Every')
    await page.keyboard.press('Escape')
    await switcher.waitFor({ state: 'detached' })
    assert.ok(await isFocused(ada.composer()))
    assert.equal(await ada.composer().inputValue(), '')
    await page.goBack()
    await page.waitForURL((url) => !url.pathname.startsWith('/r/'))
  })

  chapter('a day of one’s own calendar is gone to, or the next one with messages', async () => {
    const { page } = ada
    await ada.openRoom('Grace 葛')
    await page.getByRole('button', { name: 'Search in this chat' }).click()
    await page.getByRole('button', { name: 'Day to go to' }).click()
    await goTo(ada, dayIn(ZONE, Date.now() - DAY_MS))
    const first = page.locator('.here form p')
    await first.getByText(/^Nothing was said here on that day\. The next message is of /).waitFor()
    await shown(ada, 'Soup at seven')
    await goTo(ada, dayIn('UTC', late))
    await first.getByText(/^Nothing was said here on that day\./).waitFor()
    await shown(ada, 'No soup today')
    await goTo(ada, dayIn(ZONE, late))
    await first.getByText(/^The first message of .* is shown\.$/).waitFor()
    await goTo(ada, dayIn(ZONE, late + 2 * DAY_MS))
    await first.getByText('Nothing was said here on that day or later.').waitFor()
    await look(page, 'find-day')
    await page.keyboard.press('Escape')
    assert.ok(await isFocused(page.getByRole('button', { name: 'Day to go to' })))
  })

  chapter('what is deleted while it is found is found no more', async () => {
    await field(ada).fill('today')
    await count(ada, '1 of 1').waitFor()
    await grace.message('No soup today').hover()
    await grace.message('No soup today').getByRole('button', { name: 'What to do with this message' }).click()
    await grace.page.getByRole('menuitem', { name: 'Delete' }).click()
    await grace.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await count(ada, 'Nothing found').waitFor()
    assert.deepEqual(await marked(ada), { here: [], others: [] })
  })

  chapter('from a room it is one step to everywhere, and Esc is the way back', async () => {
    const { page } = ada
    await field(ada).fill('soup')
    await count(ada, 'of 4').waitFor()
    await page.getByRole('link', { name: 'Everywhere' }).click()
    await page.getByText('5 messages found').waitFor()
    await page.keyboard.press('Escape')
    await count(ada, 'of 4').waitFor()
    await page.keyboard.press('Escape')
    await field(ada).waitFor({ state: 'detached' })
  })

  chapter(
    'in the folded part of a long message hits are unfolded, in sight and marked, one by one',
    async () => {
      const { page } = ada
      await grace.composer().fill(LONG.join('\n'))
      await grace.composer().press('Enter')
      await grace.message('Line 1 of the log').locator('.state', { hasText: /Sent/ }).waitFor()
      await grace.say('No walnut is left')
      await ada.message('No walnut is left').waitFor()
      await ada.message('Line 1 of the log').getByRole('button', { name: 'Show all' }).waitFor()
      await page.keyboard.press('Control+f')
      await field(ada).fill('walnut')
      await count(ada, '1 of 2').waitFor()
      await marksInSight(ada, ['walnut is'])
      assert.deepEqual((await marked(ada)).others, ['walnut'], 'not on the button that unfolds')
      await page.evaluate(noteWhatIsSaid)
      await field(ada).press('Enter')
      await count(ada, '2 of 2').waitFor()
      await marksInSight(ada, ['walnut oil'])
      await field(ada).press('Enter')
      await marksInSight(ada, ['walnut tree'])
      await page.waitForFunction(() => window.said.at(-1)?.includes('walnut tree'))
      await look(page, 'find-long', WIDEST)
      await field(ada).press('Enter')
      await marksInSight(ada, ['walnut cake'])
      await field(ada).press('Enter')
      await page.waitForFunction(isSaid, 'There is no older result.')
      await field(ada).press('Shift+Enter')
      await marksInSight(ada, ['walnut tree'])
      await field(ada).press('Shift+Enter')
      await marksInSight(ada, ['walnut oil'])
      await field(ada).press('Shift+Enter')
      await count(ada, '1 of 2').waitFor()
      await page.reload()
      await count(ada, '1 of 2').waitFor()
      await field(ada).press('Enter')
      await marksInSight(ada, ['walnut oil'])
      await page.keyboard.press('Escape')
    },
  )

  chapter('where the room for everybody is beside the list, Ctrl F searches it', async () => {
    const { page } = ada
    await page.goto('/')
    await ada.composer().waitFor()
    await page.keyboard.press('Control+f')
    await page.getByRole('searchbox', { name: 'Search in Everybody' }).waitFor()
    await page.keyboard.press('Escape')
    await ada.openRoom('Grace 葛')
  })

  chapter('a question that cannot be answered is refused with a sentence', async () => {
    const { page } = ada
    await page.keyboard.press('Control+f')
    await field(ada).fill('!?')
    await page.getByText('There is nothing to look for: punctuation alone is not searched.').waitFor()
    await field(ada).fill('after:2026-02-30')
    await page.getByText('This is no day of the calendar.').waitFor()
    // What the browser says of the box's refusal.
    assert.match(ada.faults.splice(0).join(), /^[^,]*status of 400[^,]*$/)
    await field(ada).fill('nothing like it')
    await count(ada, 'Nothing found').waitFor()
    await page.keyboard.press('Escape')
  })

  chapter(
    'on a phone the room is searched from its header, and the step back closes the search',
    async () => {
      const phone = await Person.at(browser, porch, 'Lin', devices['Pixel 7'])
      await phone.join()
      const { page } = phone
      await phone.chatRow('Everybody').tap()
      await page.getByRole('button', { name: 'Search in this chat' }).tap()
      await field(phone).waitFor()
      assert.ok(await isFocused(field(phone)))
      await field(phone).fill('soup')
      await count(phone, '1 of 1').waitFor()
      await shown(phone, 'Soup for everybody')
      await look(page, 'find-phone', [{ width: 360, height: 740 }])
      await page.goBack()
      await field(phone).waitFor({ state: 'detached' })
      await phone.message('Soup for everybody').waitFor()
      await page.getByRole('button', { name: 'Search in this chat' }).tap()
      await page.getByRole('button', { name: 'Close the search' }).tap()
      await page.getByRole('button', { name: 'Back', exact: true }).tap()
      await page.getByRole('heading', { name: 'Chats' }).waitFor()
      await phone.leave()
    },
  )

  chapter('it is seen where the system paints its own colours, and speaks Chinese in the dark', async () => {
    const { page } = ada
    await page.emulateMedia({ forcedColors: 'active' })
    await page.keyboard.press('Control+f')
    await field(ada).fill('soup')
    await count(ada, 'of 4').waitFor()
    await look(page, 'find-forced-colors', WIDEST)
    await page.emulateMedia({ forcedColors: 'none', colorScheme: 'dark' })
    await page.evaluate(() => localStorage.setItem('porch.language', 'zh'))
    await page.reload()
    await count(ada, '1/4').waitFor()
    await page.getByRole('button', { name: '跳到日期' }).click()
    await look(page, 'zh-dark-find')
  })

  chapter('nothing went wrong on either page', async () => {
    await ada.leave()
    await grace.leave()
  })
})

const field = (person) => person.page.getByRole('searchbox', { name: /^(Search in|在“.*”中搜索)/ })

const count = (person, text) => person.page.locator('.here .count', { hasText: text })

/** In the page: keeps all that is said aloud of the search from now on. */
function noteWhatIsSaid() {
  window.said = []
  const region = document.querySelector('.here > p[role=status].hidden-text')
  new MutationObserver(() => region.textContent !== '' && window.said.push(region.textContent)).observe(
    region,
    {
      childList: true,
      characterData: true,
      subtree: true,
    },
  )
}

/** In the page: whether this is what is said aloud of the search. */
function isSaid(text) {
  return document.querySelector('.here > p[role=status].hidden-text')?.textContent === text
}

/** Waits until a message lies within the window. */
async function shown(person, text) {
  const found = person.message(text)
  await found.waitFor()
  await person.page.waitForFunction(isInSight, await found.elementHandle())
}

/** The words that are marked on the screen: those of the hit that is shown, and those of others, each once. */
function marked(person) {
  return person.page.evaluate(() => {
    const words = (name) => [...(CSS.highlights.get(name) ?? [])].map(String)
    return { here: words('found-here'), others: [...new Set(words('found'))].sort().reverse() }
  })
}

/** Waits until these are the marks of the hit that is shown which lie within the list, each with the word after it. */
function marksInSight(person, words) {
  return person.page.waitForFunction((words) => {
    const list = document.querySelector('.viewport').getBoundingClientRect()
    const ranges = [...(CSS.highlights.get('found-here') ?? [])]
    const seen = ranges.filter((range) => {
      const box = range.getBoundingClientRect()
      return box.top >= list.top && box.bottom <= list.bottom
    })
    const said = seen.map((range) => range + /^\s*\S+/.exec(range.endContainer.data.slice(range.endOffset)))
    return JSON.stringify(said) === JSON.stringify(words)
  }, words)
}

async function goTo(person, day) {
  await person.page.getByLabel('Day to go to').last().fill(day)
  await person.page.getByRole('button', { name: 'Go there' }).click()
}

/** The day that this moment is on in a time zone, such as 2026-11-20. */
function dayIn(timeZone, at) {
  return new Intl.DateTimeFormat('sv-SE', { timeZone }).format(at)
}

/** Ctrl and a key, and a text before the page has done anything about the key but hear it. */
function typedAtOnce(page, key, text) {
  const press = ([key, text]) => {
    const pressed = new KeyboardEvent('keydown', { key, ctrlKey: true, bubbles: true, cancelable: true })
    document.activeElement.dispatchEvent(pressed)
    document.execCommand('insertText', false, text)
  }
  return page.evaluate(press, [key, text])
}

const isFocused = (locator) => locator.evaluate((element) => element === document.activeElement)

/** Whether the page keeps a press of these keys from the browser. */
async function isPrevented(page, keys) {
  await page.evaluate(() => {
    window.prevented = null
    const note = (event) => {
      if (event.key !== 'f') return
      window.removeEventListener('keydown', note, true)
      queueMicrotask(() => setTimeout(() => (window.prevented = event.defaultPrevented)))
    }
    window.addEventListener('keydown', note, true)
  })
  await page.keyboard.press(keys)
  await page.waitForFunction(() => window.prevented !== null)
  return page.evaluate(() => window.prevented)
}

/** In the page: whether an element lies within the window. */
function isInSight(element) {
  const box = element.getBoundingClientRect()
  return box.bottom > 0 && box.top < innerHeight
}
