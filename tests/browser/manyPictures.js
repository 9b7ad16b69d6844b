// Measures what a room with 10,000 pictures costs: `node manyPictures.js NOW`, the path of a porch binary.
//
// Ten pictures in each of 1,000 messages, and beside them a room of as many texts (PORCH_ALBUMS: how many of each). Of the
// conversation and of the gallery, as one opens them and scrolls to their beginning: how many rows and tiles are in the
// page at most, how far a row is ever drawn from where scrolling up alone would have put it, how much of the layout shifts
// (CLS), and what the page holds then. Ends with 1 where there are more rows than of texts, or anything has moved.
//
// CLS says nothing of the conversation: where older rows come in the same picture as a step of the scrolling, a browser
// takes the step itself for a shift, as it leaves out only what a change of the scroll position explains whole.

import { launch } from './harness/chromium.js'
import { Person } from './harness/person.js'
import { picture } from './harness/picture.js'
import { Porch } from './harness/porch.js'
import { Voice } from './harness/voice.js'

const VOICES = 5
const ALBUMS = Number(process.env.PORCH_ALBUMS ?? 1_000)
const OF_ALBUM = 10
/** One says ten messages a second at most. */
const PACE_MS = 110
const STEP_PX = 1_500

const [binary] = process.argv.slice(2)
if (!binary) throw new Error('usage: node manyPictures.js NOW')

/** In the page: notes every shift of the layout that no press has caused. */
function watchShifts() {
  window.shifted = 0
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.shifted += value
  }).observe({ type: 'layout-shift', buffered: true })
}

async function filled(porch, ada) {
  const me = await ada.page.evaluate(async () => (await (await fetch('/api/me')).json()).user.id)
  const voices = []
  for (let i = 0; i < VOICES; i++) voices.push(await Voice.join(porch, `Voice ${i}`))
  const create = {
    type: 'create_room',
    name: 'Texts',
    access: 'closed',
    members: [me, ...voices.slice(1).map(({ me }) => me.id)],
  }
  const { room: texts } = await voices[0].command(create)
  const files = Array.from({ length: OF_ALBUM }, (_, at) => ({
    name: `IMG_${at}.png`,
    type: 'image/png',
    bytes: picture(120 + at * 8, 90, at * 36),
  }))
  await Promise.all(
    voices.map(async (voice, at) => {
      for (let album = at; album < ALBUMS; album += VOICES) {
        await voice.bring(files, album % 5 === 0 ? `Album ${album}` : '')
        await pause()
        voice.say(
          `Line ${album}: ${'what was said by the sea and in the harbour '.repeat(1 + (album % 4))}`,
          texts,
        )
        await pause()
      }
    }),
  )
  const errors = voices.flatMap(({ errors }) => errors)
  if (errors.length > 0) throw new Error(`the box would not have all: ${errors}`)
  for (const voice of voices) voice.leave()
  return texts
}

const pause = () => new Promise((resolve) => setTimeout(resolve, PACE_MS))

/** A conversation opens where reading goes on: from there to its end. */
async function toEnd(page) {
  const latest = page.getByRole('button', { name: /^To the latest message/ })
  const isAtEnd = () => {
    const list = document.querySelector('.viewport')
    return list.scrollHeight - list.scrollTop - list.clientHeight < 2
  }
  while ((await latest.count()) > 0 || !(await page.evaluate(isAtEnd))) {
    await latest.click({ timeout: 2_000 }).catch(() => {})
    await page.waitForTimeout(200)
  }
  await page.evaluate(() => {
    window.shifted = 0
  })
}

/** Opens a place, and scrolls from there as far as it goes; `up` or down. */
async function walked(page, path, { list, rows, up }) {
  const begun = Date.now()
  await page.goto(path)
  await page.locator(rows).first().waitFor()
  const opened = Date.now() - begun
  if (up) await toEnd(page)
  const { most, seen, moved } = await page.evaluate(
    async ([list, rows, up, step]) => {
      const frame = () => new Promise(requestAnimationFrame)
      const scroller = document.querySelector(list)
      const known = new Set()
      let [most, moved] = [0, 0]
      // Of what is loaded meanwhile there is an end once it has not moved for a second.
      for (let still = 0; still < 60; ) {
        const before = scroller.scrollTop
        const watched = [...document.querySelectorAll(rows)].find(
          (row) => row.getBoundingClientRect().top > 200,
        )
        const top = watched?.getBoundingClientRect().top
        scroller.scrollTop += up ? -step : step
        const by = before - scroller.scrollTop
        await frame()
        await frame()
        if (watched?.isConnected)
          moved = Math.max(moved, Math.abs(watched.getBoundingClientRect().top - top - by))
        const all = document.querySelectorAll(rows)
        most = Math.max(most, all.length)
        const count = known.size
        for (const row of all) known.add(row.dataset.key)
        still = scroller.scrollTop === before && known.size === count ? still + 1 : 0
      }
      return { most, seen: known.size, moved: Math.round(moved) }
    },
    [list, rows, up, STEP_PX],
  )
  const shifted = await page.evaluate(() => window.shifted)
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('HeapProfiler.collectGarbage')
  const { usedSize } = await cdp.send('Runtime.getHeapUsage')
  await cdp.detach()
  return { opened, most, seen, moved, shifted, heap: usedSize }
}

const porch = await Porch.start({ binary })
const browser = await launch(porch)
try {
  const ada = await Person.at(browser, porch, 'Ada')
  await ada.join()
  const texts = await filled(porch, ada)
  const { page } = ada
  await page.addInitScript(watchShifts)
  const talk = { list: '.viewport', rows: 'article', up: true }
  const measured = {
    texts: await walked(page, `/r/${texts}`, talk),
    pictures: await walked(page, '/r/1', talk),
    gallery: await walked(page, '/r/1/pictures', {
      list: 'main .screen-body',
      rows: 'main li[data-key]',
      up: false,
    }),
  }
  console.log(
    '| of | opened | seen | in the page at most | moved | shifted (CLS) | heap |\n|---|---|---|---|---|---|---|',
  )
  for (const [name, { opened, most, seen, moved, shifted, heap }] of Object.entries(measured))
    console.log(
      `| ${name} | ${opened} ms | ${seen} | ${most} | ${moved} px | ${shifted.toFixed(2)} | ${(heap / 1e6).toFixed(1)} MB |`,
    )
  const { texts: plain, pictures, gallery } = measured
  const isTooMuch = pictures.most > plain.most || gallery.most > plain.most
  if (isTooMuch || plain.moved + pictures.moved + gallery.shifted > 0) process.exitCode = 1
} finally {
  await browser.close()
  await porch.stop()
}
