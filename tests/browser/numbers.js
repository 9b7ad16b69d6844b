// Measures what the page costs people: `node numbers.js NOW [BEFORE]`, each the path of a porch binary.
//
// Prints one row per figure, with what it must be at most and, where a second binary is given, the same of that one, from
// the same run. The machine is to be quiet: these are times.

import { gzipSync } from 'node:zlib'
import { launch } from './harness/chromium.js'
import { Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { chorus, Voice } from './harness/voice.js'

/** Those who fill a room: each says at most ten messages a second. */
const VOICES = 12
/** Messages that are there before: a busy room's week. */
const HISTORY = 3_200
const FLOOD = { perSecond: 100, seconds: 20 }
/** After this nobody waits any more. */
const GIVEN_UP_MS = 30_000
const TRIES = 5

const [now, before] = process.argv.slice(2)
if (!now) throw new Error('usage: node numbers.js NOW [BEFORE]')

async function measure(binary) {
  const figures = new Map()
  const put = (name, most, unit, value) => {
    figures.set(name, { most, unit, value })
    console.error(`${name}: ${shown(value, unit)}`)
  }
  const porch = await Porch.start({ binary })
  const browser = await launch(porch)
  try {
    const ada = await Person.at(browser, porch, 'Ada')
    await ada.join()
    const ben = await Person.at(browser, porch, 'Ben')
    await ben.join()
    const voices = []
    for (let i = 0; i < VOICES; i++) voices.push(await Voice.join(porch, `Voice ${i}`))
    await chorus(voices, { perSecond: 100, seconds: HISTORY / 100, text: (i) => line(i) })

    put('first load of a member, JS and CSS, gzip', 61_440, 'B', await bytes(browser, ben))
    put('first load of the owner, JS and CSS, gzip', 61_440, 'B', await bytes(browser, ada))
    put('messages seen, cold, processor 6 x slower', 2_000, 'ms', await cold(browser, ben))
    put('messages seen, reload', 400, 'ms', await warm(ben))
    put('layout shift while older messages load', 0, 'px', await shift(ben))
    const { heap, most } = await scrolled(ben)
    put('heap after scrolling 3,000 messages', 12_000_000, 'B', heap)
    put('rows in the page at most', 300, '', most)
    for (const rate of [1, 4]) {
      const { late, key } = await flood(ben, voices, rate)
      put(
        `last of ${FLOOD.perSecond}/s for ${FLOOD.seconds} s seen, processor ${rate} x slower`,
        1_000,
        'ms',
        late,
      )
      put(`key to frame meanwhile, p95, processor ${rate} x slower`, rate === 1 ? 50 : 120, 'ms', key)
    }
    for (const voice of voices) voice.leave()
    put('messages seen, reload with the box away', 400, 'ms', await away(porch, ben))
    return figures
  } finally {
    await browser.close()
    await porch.stop()
  }
}

function line(i) {
  return `Line ${i}: ${'what was said by the sea and in the harbour '.repeat(1 + (i % 4))}`
}

/** A page of the same person's that has nothing of the box yet. */
async function fresh(browser, person) {
  const context = await browser.newContext({
    baseURL: new URL(person.page.url()).origin,
    storageState: await person.context.storageState(),
    locale: 'en-GB',
    viewport: { width: 1280, height: 800 },
  })
  const page = await context.newPage()
  await page.addInitScript(watch)
  return { context, page }
}

/** In the page: notes when the first messages have been drawn, and offers to wait for it. */
function watch() {
  window.messagesSeen = new Promise((resolve) => {
    const look = () => {
      if (document.querySelector('article')) requestAnimationFrame(() => resolve(performance.now()))
      else requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  })
}

const seen = (page) =>
  page.evaluate(
    (most) =>
      Promise.race([window.messagesSeen, new Promise((resolve) => setTimeout(resolve, most, Infinity))]),
    GIVEN_UP_MS,
  )

/** Into the room, at its end. One account has one place: whoever was measured in another page comes back into their own. */
async function comeBack({ page }) {
  await page.goto('/r/1')
  await page.locator('article').first().waitFor()
  const latest = page.getByRole('button', { name: /^To the latest message/ })
  const isAtEnd = () => {
    const list = document.querySelector('.viewport')
    return list.scrollHeight - list.scrollTop - list.clientHeight < 2
  }
  // It opens where reading goes on.
  while ((await latest.count()) > 0 || !(await page.evaluate(isAtEnd))) {
    await latest.click({ timeout: 2_000 }).catch(() => {})
    await page.waitForTimeout(200)
  }
}

async function bytes(browser, person) {
  const { context, page } = await fresh(browser, person)
  const answers = []
  page.on('response', (answer) => {
    if (/\.(js|css)$/.test(new URL(answer.url()).pathname)) answers.push(answer)
  })
  await page.goto('/r/1')
  await seen(page)
  const until = answers.slice()
  let sum = 0
  for (const answer of until) sum += gzipSync(await answer.body()).length
  await context.close()
  return sum
}

async function cold(browser, person) {
  const times = []
  for (let i = 0; i < TRIES; i++) {
    const { context, page } = await fresh(browser, person)
    await throttle(page, 6)
    await page.goto('/r/1', { waitUntil: 'commit' })
    times.push(await seen(page))
    await context.close()
  }
  return median(times)
}

async function warm(person) {
  await person.page.addInitScript(watch)
  await comeBack(person)
  // Its own service worker and caches are there from now on.
  await person.page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  const times = []
  for (let i = 0; i < TRIES; i++) {
    await person.page.reload({ waitUntil: 'commit' })
    times.push(await seen(person.page))
  }
  return median(times)
}

async function away(porch, person) {
  await porch.end()
  const times = []
  for (let i = 0; i < TRIES; i++) {
    await person.page.reload({ waitUntil: 'commit' })
    times.push(await seen(person.page))
    if (times[0] === Infinity) break
  }
  await porch.restart()
  await comeBack(person)
  return median(times)
}

/** Scrolls up by small steps; how far a message is ever drawn from where the step alone would have put it. */
async function shift(person) {
  await comeBack(person)
  return person.page.evaluate(async () => {
    const list = document.querySelector('.viewport')
    const frame = () => new Promise(requestAnimationFrame)
    let most = 0
    for (let i = 0; i < 240; i++) {
      const rows = [...document.querySelectorAll('article')]
      const row = rows.find((row) => row.getBoundingClientRect().top > 200)
      const top = row.getBoundingClientRect().top
      const step = Math.min(120, list.scrollTop)
      list.scrollTop -= step
      await frame()
      await frame()
      if (row.isConnected) most = Math.max(most, Math.abs(row.getBoundingClientRect().top - top - step))
    }
    return Math.round(most * 10) / 10
  })
}

async function scrolled(person) {
  await comeBack(person)
  const { page } = person
  const most = await page.evaluate(async () => {
    const list = document.querySelector('.viewport')
    const frame = () => new Promise(requestAnimationFrame)
    const known = new Set()
    let most = 0
    for (let i = 0; i < 2_000 && known.size < 3_000; i++) {
      list.scrollTop = Math.max(0, list.scrollTop - 2_000)
      await frame()
      await frame()
      const rows = document.querySelectorAll('article')
      most = Math.max(most, rows.length)
      for (const row of rows) known.add(row.dataset.key)
    }
    return most
  })
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('HeapProfiler.collectGarbage')
  const { usedSize } = await cdp.send('Runtime.getHeapUsage')
  await cdp.detach()
  return { heap: usedSize, most }
}

async function flood(person, voices, rate) {
  await comeBack(person)
  const { page } = person
  await page.getByRole('textbox', { name: /^Message to / }).focus()
  await throttle(page, rate)
  await page.evaluate(() => {
    window.keys = []
    window.addEventListener(
      'keydown',
      (event) =>
        requestAnimationFrame(() => {
          const channel = new MessageChannel()
          channel.port1.onmessage = () => window.keys.push(performance.now() - event.timeStamp)
          channel.port2.postMessage(null)
        }),
      { capture: true },
    )
  })
  const end = `the last at ${rate}`
  const arrived = page.evaluate(
    ([end, most]) =>
      new Promise((resolve) => {
        const look = () => {
          const rows = document.querySelectorAll('article')
          if (rows[rows.length - 1]?.textContent.includes(end))
            requestAnimationFrame(() => resolve(Date.now()))
          else requestAnimationFrame(look)
        }
        look()
        setTimeout(resolve, most, Infinity)
      }),
    [end, FLOOD.seconds * 1_000 + GIVEN_UP_MS],
  )
  let typing = true
  const keys = (async () => {
    while (typing) {
      await page.keyboard.press('a')
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  })()
  const sent = await chorus(voices, { ...FLOOD, text: (i, last) => (last ? end : line(i)) })
  const late = (await arrived) - sent
  typing = false
  await keys
  const times = await page.evaluate(() => window.keys)
  await throttle(page, 1)
  return { late, key: percentile(times, 0.95) }
}

async function throttle(page, rate) {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Emulation.setCPUThrottlingRate', { rate })
}

function median(values) {
  return percentile(values, 0.5)
}

function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

function shown(value, unit) {
  return value === Infinity ? 'never' : `${Math.round(value).toLocaleString('en')} ${unit}`.trim()
}

function print([current, earlier]) {
  console.log(`| what | at most | now |${earlier ? ' before |' : ''}`)
  console.log(`|---|---|---|${earlier ? '---|' : ''}`)
  for (const [name, { most, unit, value }] of current) {
    const cells = [name, shown(most, unit), `${shown(value, unit)}${value > most ? ' (too much)' : ''}`]
    if (earlier) cells.push(shown(earlier.get(name).value, unit))
    console.log(`| ${cells.join(' | ')} |`)
  }
}

const measured = [await measure(now)]
if (before) measured.push(await measure(before))
print(measured)
