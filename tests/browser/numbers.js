// Measures what the page costs people: `node numbers.js NOW [BEFORE] [--only heap,bytes]`, each the path of a porch binary; only
// some of the figures by their keys below.
//
// Prints one row per figure, with what it must be at most and, where a second binary is given, the same of that one: what
// is measured more than once is measured of both in turn, and the median counts. Beside a time stands the processor time
// of the page's own thread, which depends less on what else the machine does; the machine is to be quiet all the same.

import { parseArgs } from 'node:util'
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
const TRIES = 7
const FLOOD_TRIES = 3

const { values: asked, positionals: binaries } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' } },
})
if (binaries.length === 0) throw new Error('usage: node numbers.js NOW [BEFORE] [--only heap,bytes]')
const only = asked.only?.split(',')

// --- A box, and what is measured of it -----------------------------------------------------------

/** A box with a busy room, its owner, a member who looks at it, and voices that fill it. */
async function site(binary) {
  const porch = await Porch.start({ binary })
  const browser = await launch(porch)
  const ada = await Person.at(browser, porch, 'Ada')
  await ada.join()
  const ben = await Person.at(browser, porch, 'Ben')
  await ben.join()
  const voices = []
  for (let i = 0; i < VOICES; i++) voices.push(await Voice.join(porch, `Voice ${i}`))
  await chorus(voices, { perSecond: 100, seconds: HISTORY / 100, text: (i) => line(i) })
  return { porch, browser, ada, ben, voices }
}

function line(i) {
  return `Line ${i}: ${'what was said by the sea and in the harbour '.repeat(1 + (i % 4))}`
}

const rows = []

/** One figure: `measured` of each site in turn, so many times. It gives a value, or several by name. */
async function figures(sites, tries, named, measured) {
  if (only && !Object.keys(named).some((key) => only.includes(key))) return
  const values = sites.map(() => [])
  for (let i = 0; i < tries; i++)
    for (const [at, site] of sites.entries()) values[at].push(await measured(site))
  for (const [key, { name, most, unit }] of Object.entries(named)) {
    const medians = values.map((tried) => median(tried.map((value) => value[key])))
    rows.push({ name, most, unit, medians })
    console.error(`${name}: ${medians.map((value) => shown(value, unit)).join(' / ')}`)
  }
}

const ms = (name, most) => ({ name, most, unit: 'ms' })
const cpu = (name) => ({ name: `${name}: of the page's thread`, most: null, unit: 'ms' })

async function measure(sites) {
  const kB60 = { most: 61_440, unit: 'B' }
  await figures(
    sites,
    1,
    { bytes: { name: 'first load of a member, JS and CSS, gzip', ...kB60 } },
    bytes('ben'),
  )
  await figures(
    sites,
    1,
    { bytes: { name: 'first load of the owner, JS and CSS, gzip', ...kB60 } },
    bytes('ada'),
  )
  const isCold = 'messages seen, cold, processor 6 x slower'
  await figures(sites, TRIES, { seen: ms(isCold, 2_000), cpu: cpu(isCold) }, cold)
  for (const { ben } of sites) await settled(ben)
  const isWarm = 'messages seen, reload'
  await figures(sites, TRIES, { seen: ms(isWarm, 400), cpu: cpu(isWarm) }, ({ ben }) => reloaded(ben))
  const shiftName = 'layout shift while older messages load'
  await figures(sites, 1, { px: { name: shiftName, most: 0, unit: 'px' } }, ({ ben }) => shift(ben))
  await figures(
    sites,
    1,
    {
      heap: { name: 'heap after scrolling 3,000 messages', most: 12_000_000, unit: 'B' },
      rows: { name: 'rows in the page at most', most: 300, unit: '' },
    },
    ({ ben }) => scrolled(ben),
  )
  for (const rate of [1, 4]) {
    const busy = `${FLOOD.perSecond}/s for ${FLOOD.seconds} s, processor ${rate} x slower`
    await figures(
      sites,
      FLOOD_TRIES,
      {
        late: ms(`last seen of ${busy}`, 1_000),
        key: ms(`key to frame meanwhile, p95, processor ${rate} x slower`, rate === 1 ? 50 : 120),
        cpu: cpu(busy),
      },
      (site) => flood(site, rate),
    )
  }
  const isSlow = 'processor 4 x slower'
  await figures(
    sites,
    TRIES,
    {
      emoji: ms(`picker of emoji, first open, ${isSlow}`, 400),
      later: ms(`picker of emoji, later open, ${isSlow}`, 100),
      letter: ms(`picker of emoji, search by one letter, ${isSlow}`, 30),
      character: ms(`picker of emoji, search by one Chinese character, ${isSlow}`, 30),
    },
    picked,
  )
  for (const { voices } of sites) for (const voice of voices) voice.leave()
  for (const { porch } of sites) await porch.end()
  const isAway = 'messages seen, reload with the box away'
  await figures(sites, TRIES, { seen: ms(isAway, 400), cpu: cpu(isAway) }, ({ ben }) => reloaded(ben))
  // What is told when a page is closed finds a box.
  for (const { porch } of sites) await porch.restart()
}

// --- The first look --------------------------------------------------------------------------------

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

/** What was asked for before the messages were seen, whether it had come by then or not. */
function bytes(who) {
  return async (site) => {
    const { context, page } = await fresh(site.browser, site[who])
    const answers = new Map()
    page.on('response', (answer) => answers.set(answer.url(), answer))
    await page.goto('/r/1')
    const asked = await page.evaluate(async () => {
      const at = await window.messagesSeen
      const all = performance.getEntriesByType('resource').filter(({ startTime }) => startTime <= at)
      return all.map(({ name }) => name).filter((name) => /\.(js|css)$/.test(new URL(name).pathname))
    })
    let sum = 0
    for (const url of asked) sum += gzipSync(await answers.get(url).body(), { level: 9 }).length
    await context.close()
    return { bytes: sum }
  }
}

async function cold({ browser, ben }) {
  const { context, page } = await fresh(browser, ben)
  await throttle(page, 6)
  const spent = await spending(page)
  await page.goto('/r/1', { waitUntil: 'commit' })
  const at = await seen(page)
  const measured = { seen: at, cpu: await spent() }
  await context.close()
  return measured
}

/** Its own service worker and caches are there from now on. */
async function settled(person) {
  await person.page.addInitScript(watch)
  await comeBack(person)
  await person.page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
}

async function reloaded({ page }) {
  const spent = await spending(page)
  await page.reload({ waitUntil: 'commit' })
  const at = await seen(page)
  return { seen: at, cpu: await spent() }
}

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

// --- Scrolling ---------------------------------------------------------------------------------------

/** Scrolls up by small steps; how far a message is ever drawn from where the step alone would have put it. */
async function shift(person) {
  await comeBack(person)
  const px = await person.page.evaluate(async () => {
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
  return { px }
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
  return { heap: usedSize, rows: most }
}

// --- Emoji -------------------------------------------------------------------------------------------

/** Opens the picker twice and searches in it, from a press or a key to the end of the frame that shows what came of it. */
async function picked({ ben }) {
  await comeBack(ben)
  const { page } = ben
  const button = page.getByRole('button', { name: 'Emoji', exact: true })
  await button.waitFor()
  const release = await throttle(page, 4)
  const measured = {}
  const timed = async (key, event, done) => {
    await page.evaluate(followDrawn, [event, '.picker [data-at]'])
    await done()
    measured[key] = await page.evaluate(() => window.drawn)
  }
  const open = (key) => timed(key, 'click', () => button.click())
  const search = async (key, words) => {
    await timed(key, 'input', () => page.keyboard.insertText(words))
    await page.keyboard.press('Backspace')
    await page.getByRole('toolbar', { name: 'Kinds of emoji' }).waitFor()
  }
  await open('emoji')
  await page.keyboard.press('Escape')
  await page.locator('.picker').waitFor({ state: 'hidden' })
  await open('later')
  await search('letter', 's')
  await search('character', '笑')
  await release()
  return measured
}

/** In the page: notes how long it is from the next such event to the end of the first frame with something of this kind. */
function followDrawn([name, selector]) {
  window.drawn = new Promise((resolve) => {
    const begin = (event) => {
      const look = () => {
        if (!document.querySelector(selector)) return requestAnimationFrame(look)
        const channel = new MessageChannel()
        channel.port1.onmessage = () => resolve(performance.now() - event.timeStamp)
        channel.port2.postMessage(null)
      }
      requestAnimationFrame(look)
    }
    window.addEventListener(name, begin, { capture: true, once: true })
  })
}

// --- A busy room -------------------------------------------------------------------------------------

async function flood({ ben, voices }, rate) {
  await comeBack(ben)
  const { page } = ben
  const composer = page.getByRole('textbox', { name: /^Message to / })
  // Every time alike: a draft grows by what is typed.
  await composer.fill('')
  await composer.focus()
  const release = await throttle(page, rate)
  await page.evaluate(followKeys)
  const end = `the last at ${rate}, ${performance.now()}`
  const arrived = page.evaluate(whenSeen, [end, FLOOD.seconds * 1_000 + GIVEN_UP_MS])
  const spent = await spending(page)
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
  const measured = { late, key: percentile(await page.evaluate(() => window.keys), 0.95), cpu: await spent() }
  await release()
  return measured
}

/** In the page: notes how long each key takes until what it did is drawn. */
function followKeys() {
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
}

/** In the page: when the last row has this text and was drawn. */
function whenSeen([text, most]) {
  return new Promise((resolve) => {
    const look = () => {
      const rows = document.querySelectorAll('article')
      if (rows[rows.length - 1]?.textContent.includes(text)) requestAnimationFrame(() => resolve(Date.now()))
      else requestAnimationFrame(look)
    }
    look()
    setTimeout(resolve, most, Infinity)
  })
}

// --- Measuring -----------------------------------------------------------------------------------------

/** From now on: gives how many milliseconds of the processor the page's thread has had. */
async function spending(page) {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
  const total = async () => {
    const { metrics } = await cdp.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'TaskDuration').value * 1_000
  }
  const before = await total()
  return async () => {
    const after = await total()
    await cdp.detach()
    // A page that was loaded anew in a new process counts from nothing.
    return after >= before ? after - before : after
  }
}

/** Makes the page's processor slower until what is given is called: the session that asked for it would slow down each later page, too. */
async function throttle(page, rate) {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Emulation.setCPUThrottlingRate', { rate })
  return () => cdp.detach()
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

function print() {
  const columns = ['what', 'at most', 'now', ...(binaries.length > 1 ? ['before'] : [])]
  console.log(`| ${columns.join(' | ')} |`)
  console.log(`|${'---|'.repeat(columns.length)}`)
  for (const { name, most, unit, medians } of rows) {
    const [current, ...earlier] = medians.map((value) => shown(value, unit))
    const isTooMuch = most !== null && medians[0] > most
    const cells = [name, most === null ? '' : shown(most, unit), current + (isTooMuch ? ' (too much)' : '')]
    console.log(`| ${[...cells, ...earlier].join(' | ')} |`)
  }
}

const sites = []
try {
  for (const binary of binaries) sites.push(await site(binary))
  await measure(sites)
  print()
} finally {
  for (const { browser, porch } of sites) {
    await browser.close()
    await porch.stop()
  }
}
