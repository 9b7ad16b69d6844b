// The monitor, in Chromium: what pages tell of themselves, and the owner who looks at it.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe } from 'node:test'
import { fileURLToPath } from 'node:url'
import { launch, skip } from './harness/chromium.js'
import { look } from './harness/look.js'
import { Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'

const UI = fileURLToPath(new URL('../../ui', import.meta.url))
/** What somebody types, and what is to be nowhere. */
const MARKER = 'Zanzibar7'
/** As many as a box keeps of errors (`MONITOR_ERRORS_MAX`). */
const ERRORS_MAX = 200

describe('the monitor', { skip }, () => {
  let porch, browser, ada, grace
  const chapter = story(() => [ada, grace].filter(Boolean).map((person) => person.page))

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch)
    ada = await Person.at(browser, porch, 'Ada')
    await ada.join()
    grace = await Person.at(browser, porch, 'Grace')
    await grace.page.addInitScript(keepSockets)
    await grace.join()
  })

  after(async () => {
    await browser?.close()
    await porch?.stop()
  })

  /** The card on the owner's page. */
  const card = () => ada.page.locator('section.part', { hasText: 'How the pages are doing' })
  const monitored = () => ada.page.evaluate(async () => (await fetch('/api/monitor')).json())

  /** Has the page's own script meet these, one after the other, each with what stands in Grace's composer. */
  async function meet(...failures) {
    await grace.page.evaluate(failing, failures)
    for (const _ of failures) {
      await grace.message('Hello').hover()
      await grace.message('Hello').getByRole('button', { name: 'What to do with this message' }).click()
    }
    await grace.page.waitForFunction(() => window.failures.length === 0)
  }

  chapter('where nothing failed, its owner reads so, and nobody else reads anything', async () => {
    await ada.page.goto('/box')
    await card().getByText('No page has told of an error').waitFor()
    await card().scrollIntoViewIfNeeded()
    await look(ada.page, 'pages-none')
    const refused = () => fetch('/api/monitor').then(({ status }) => status)
    assert.equal(await grace.page.evaluate(refused), 403)
  })

  chapter('an error that a page meets is before the owner soon, once, and with its place', async () => {
    await grace.openRoom('Everybody')
    await grace.say('Hello')
    await grace.composer().fill(`A text of mine: ${MARKER}`)
    await meet('json', 'json')
    const error = card().locator('.errors > li')
    await error.getByText('SyntaxError … is not valid JSON').waitFor()
    assert.equal(await error.count(), 1)
    await error.getByText('Where it was met').click()
    await error.getByText(/^Chrome on Linux, version \d\S+, screen room/).waitFor()
    assert.match(await error.locator('ol > li').first().innerText(), /^[\w-]+\.js:\d+:\d+$/)
    const { errors } = await monitored()
    assert.equal(errors.length, 1)
    assert.equal(errors[0].seen.length, 1)
    grace.provoked(/is not valid JSON/, /^SyntaxError: … is not valid JSON$/)
  })

  chapter('a connection that broke is told of when it is back, once', async () => {
    const lost = card().locator('dt', { hasText: 'Connections lost' }).locator('+ dd')
    assert.equal(await lost.innerText(), 'Never')
    await grace.page.evaluate(() => window.sockets.at(-1).close())
    await lost.getByText('Once').waitFor()
    assert.equal((await monitored()).times.lost, 1)
  })

  chapter('a page that comes slowly and stands still is told of, once', async () => {
    const slow = await Person.at(browser, porch, 'Noether')
    await slow.page.addInitScript(standStill, 4_600)
    await slow.page.goto('/sign-in')
    await slow.page.evaluate(`setTimeout(() => (${standStill})(1_500))`)
    await card().getByText('1 took longer than 4 seconds').waitFor()
    await card()
      .getByText(/for 1\.[5-9] sec/)
      .waitFor()
    assert.equal((await monitored()).times.slow_loads, 1)
    await slow.leave()
  })

  chapter('how quickly a page answers is told when it is left, once', async () => {
    const before = (await monitored()).times.interactions
    await grace.page.getByRole('link', { name: 'People' }).click()
    await grace.page.evaluate(answered)
    await grace.page.goto('/me')
    await until(monitored, ({ times }) => times.interactions === before + 1)
    await card().getByText('Answer to a press').waitFor()
    await grace.openRoom('Everybody')
  })

  chapter('before anybody is signed in, a page tells as well', async () => {
    const stranger = await Person.at(browser, porch, 'Noether')
    await stranger.page.goto('/join')
    await stranger.page.locator('input[name=username]').fill(MARKER)
    await stranger.page.evaluate(() => {
      const typed = document.querySelector('input[name=username]').value
      setTimeout(() => {
        throw new RangeError(typed)
      })
    })
    const error = card().locator('.errors > li', { hasText: 'RangeError' })
    await error.getByText('It says nothing that may be told').waitFor()
    await error.getByText('Where it was met').click()
    await error.getByText(/screen outside\.join/).waitFor()
    stranger.provoked(/RangeError: Zanzibar7/, /^RangeError: $/)
    await stranger.leave()
  })

  chapter('a text that somebody typed is in no row, whatever failed with it', async () => {
    const before = (await monitored()).errors.length
    await grace.composer().fill(`A text of mine: ${MARKER}`)
    await meet('selector', 'key', 'message', 'name', 'text', 'stack')
    const { errors } = await until(monitored, ({ errors }) => errors.length >= before + 4)
    assert.ok(!JSON.stringify(errors).includes(MARKER), JSON.stringify(errors))
    grace.provoked(
      new RegExp(MARKER),
      /^(SyntaxError: Failed to execute …|TypeError: Cannot read .*|Error: .*)$/,
    )
    // As a draft it is kept, and is gone when it is given up.
    await grace.composer().fill('')
    const kept = () => grace.page.evaluate(async () => (await fetch('/api/drafts')).json())
    await until(kept, ({ drafts }) => drafts.every(({ body }) => body === ''))
    await porch.restart()
    const data = path.join(porch.folder, 'data')
    for (const file of readdirSync(data)) {
      if (file.startsWith('porch.db')) assert.ok(!readFileSync(path.join(data, file)).includes(MARKER), file)
    }
    await card().getByText('SyntaxError … is not valid JSON').waitFor()
  })

  chapter('it is there in Chinese, in the dark and on a phone', async () => {
    await ada.leave()
    ada = await Person.at(browser, porch, 'Ada', { locale: 'zh-CN', colorScheme: 'dark' })
    await ada.fillIn('/sign-in')
    await ada.page.getByRole('button', { name: '在这里使用' }).click()
    await ada.page.getByRole('heading', { name: '聊天', exact: true }).waitFor()
    await ada.page.goto('/box')
    await ada.page.getByText('按浏览器和系统').click()
    await ada.page.getByText('在哪里出的错').first().click()
    await ada.page.getByText('SyntaxError').first().scrollIntoViewIfNeeded()
    await look(ada.page, 'zh-dark-pages')
    await ada.leave()
    ada = await Person.at(browser, porch, 'Ada')
    await ada.fillIn('/sign-in')
    await ada.page.getByRole('button', { name: 'Use here' }).click()
    await ada.page.getByRole('heading', { name: 'Chats' }).waitFor()
    await ada.page.goto('/box')
  })

  chapter('a flood is slowed down, and what others told of stays', async () => {
    porch.provokes(/^Error: Out of memory$/)
    const answers = await grace.page.evaluate(async () => {
      const answers = []
      for (let n = 0; n < 60; n++) {
        const errors = Array.from({ length: 10 }, (_, at) => ({
          name: 'Error',
          text: 'Out of memory',
          stack: [`flood.js:${n}:${at}`],
          screen: 'room',
          count: 1,
        }))
        const beacon = { version: '1', errors, long_tasks: 0, longest_ms: 0, lost: 0 }
        const init = { method: 'POST', body: JSON.stringify(beacon) }
        answers.push((await fetch('/api/monitor', init)).status)
      }
      return answers
    })
    assert.deepEqual(new Set(answers), new Set([204, 429]))
    const { errors } = await monitored()
    assert.ok(errors.length <= ERRORS_MAX, `${errors.length}`)
    assert.ok(errors.some(({ name }) => name === 'RangeError'))
    await card()
      .getByRole('button', { name: /^Show all \d+/ })
      .click()
    await card().getByText('RangeError').waitFor()
  })

  chapter('all of it is saved as a file, whose stacks are named by the source maps', async () => {
    const downloading = ada.page.waitForEvent('download')
    await card().getByRole('button', { name: 'Save as a file' }).click()
    const download = await downloading
    assert.match(download.suggestedFilename(), /^porch-pages-\d{4}-\d\d-\d\d\.json$/)
    const file = path.join(porch.folder, 'saved.json')
    await download.saveAs(file)
    const saved = JSON.parse(readFileSync(file, 'utf8'))
    assert.ok(saved.errors.length > 0 && saved.times.loads > 0 && saved.saved_at)
    const named = execFileSync('node', ['tools/stack.mjs', file], { cwd: UI, encoding: 'utf8' })
    assert.match(named, /SyntaxError: … is not valid JSON .*\n {4}at src\/parts\/Menu\.svelte:\d+:\d+/)
  })

  chapter('its owner clears it, and nothing comes back', async () => {
    const { page } = ada
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Clear' }).click()
    await page.getByText('No page has told of an error').waitFor()
    await porch.restart()
    await until(monitored, ({ errors }) => errors.length === 0)
  })

  chapter('nothing else went wrong on either page', async () => {
    await ada.leave()
    await grace.leave()
  })
})

/** Asks until the answer fits. */
async function until(ask, fits) {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await ask().catch(() => null)
    if (answer && fits(answer)) return answer
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('in vain')
}

/** In the page, before its own script: keeps each socket, so that a test can break it. */
function keepSockets() {
  const Real = window.WebSocket
  window.sockets = []
  window.WebSocket = class extends Real {
    constructor(...args) {
      super(...args)
      window.sockets.push(this)
    }
  }
}

/** In the page: waits until the browser knows how long the answer to a press took. */
function answered() {
  return new Promise((resolve) => {
    new PerformanceObserver(() => resolve()).observe({ type: 'first-input', buffered: true })
  })
}

/** In the page: keeps it from doing anything else. */
function standStill(ms) {
  const until = performance.now() + ms
  while (performance.now() < until);
}

/** In the page: whatever opens a popover next meets a failure that holds what is typed in the composer. */
function failing(kinds) {
  const typed = document.querySelector('textarea').value
  const ways = {
    json: () => JSON.parse(typed),
    selector: () => document.querySelector(`${typed}[`),
    key: () => ({})[typed][typed],
    message: () => {
      throw new Error(typed)
    },
    name: () => {
      throw Object.assign(new Error('x'), { name: typed })
    },
    text: () => {
      throw typed
    },
    stack: () => {
      throw new Error(`x\n    at ${typed} (${location.origin}/assets/${typed.replace(/\W/g, '')}.js:1:1)`)
    },
  }
  window.failures = kinds.map((kind) => ways[kind])
  const real = HTMLElement.prototype.showPopover
  HTMLElement.prototype.showPopover = function (...args) {
    const fail = window.failures.shift()
    if (fail) fail()
    else real.apply(this, args)
  }
}
