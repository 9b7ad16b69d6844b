// Takes a picture of every screen of the page and has axe look at it: `node screens.js NOW [BEFORE]`, each the path of a
// porch binary.
//
// Each screen in both languages: at 360, 768 and 1280 px, light and dark; with text twice as large and in forced colours
// at the narrowest and the widest. The pictures go to a folder `screens` in PORCH_ARTIFACTS (target/browser), those of one
// screen together on a sheet; where a second binary is given, what it shows stands below, as far as it has the screen.
// SCREENS, a regular expression, chooses some by name. Ends with 1 where a screen of NOW cannot be reached, axe finds
// something, or anything sticks out of the window.

import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { launch } from './harness/chromium.js'
import { findings } from './harness/look.js'
import { ARTIFACTS, Porch } from './harness/porch.js'
import { PLACES } from './screens/places.js'
import { putAway, sheet } from './screens/sheet.js'
import { World } from './screens/world.js'

const FOLDER = path.join(ARTIFACTS, 'screens')
const LANGUAGES = ['en', 'zh']
/** A small phone, a tablet upright, a laptop. */
const SIZES = { 360: 740, 768: 1_024, 1280: 800 }
/** So much of what scrolls is shown at once. */
const HEIGHT_MAX = 2_600
const NORMAL = { colorScheme: 'light', forcedColors: 'none', text: '100%' }

const [now, before] = process.argv.slice(2)
if (!now) throw new Error('usage: node screens.js NOW [BEFORE]')
const chosen = new RegExp(process.env.SCREENS ?? '')

/** How each screen is looked at. */
function* variants() {
  const widths = Object.keys(SIZES).map(Number)
  for (const colorScheme of ['light', 'dark'])
    for (const width of widths) yield { ...NORMAL, width, colorScheme, called: colorScheme }
  for (const width of [widths[0], widths.at(-1)]) {
    yield { ...NORMAL, width, text: '200%', called: 'large' }
    yield { ...NORMAL, width, forcedColors: 'active', called: 'forced' }
  }
}

/** Walks all screens of one binary; gives the pictures of each by its name and language, and what is wrong. */
async function walk(binary, called) {
  const pictures = new Map()
  const faults = []
  for (const language of LANGUAGES) await walkIn(language, binary, called, { pictures, faults })
  return { pictures, faults }
}

/** The same in one language: each has a box of its own, as some acts are done once. */
async function walkIn(language, binary, called, { pictures, faults }) {
  const porch = await Porch.start({ binary })
  const browser = await launch(porch)
  const stranger = await launch(porch, { trusts: false })
  try {
    const world = await World.make(porch, browser, stranger)
    for (const place of PLACES.filter(({ name }) => chosen.test(name))) {
      const name = `${place.name}-${language}`
      const known = faults.length
      try {
        const page = await world.go(place, language)
        pictures.set(name, await portrait(page, { ...place, name }, called, faults))
        await world.leave(place, page)
      } catch (error) {
        faults.push(`${name}: not reached: ${String(error.message ?? error).split('\n')[0]}`)
        await world.recover()
      }
      console.error([`${called} ${name}`, ...faults.slice(known)].join('\n  '))
    }
  } finally {
    await browser.close()
    await stranger.close()
    await porch.end()
    await rm(porch.folder, { recursive: true, force: true })
  }
}

/** One screen in all its variants. */
async function portrait(page, { name, isPaper = false }, called, faults) {
  const made = []
  for (const variant of variants()) {
    await dress(page, variant)
    const file = path.join(FOLDER, called, `${name}-${variant.width}-${variant.called}.png`)
    await page.screenshot({ path: file })
    const where = `${name} at ${variant.width} px, ${variant.called}`
    // What was wrong before is over.
    if (called === 'now') {
      // Where the system paints, axe reads the colours that were asked for and not those that are seen.
      const without = variant.forcedColors === 'active' ? ['color-contrast'] : []
      const wrong = [...(await findings(page, without)), ...(isPaper ? [] : await page.evaluate(sticksOut))]
      faults.push(...wrong.map((fault) => `${where}: ${fault}`))
    }
    made.push({ file, ...variant })
  }
  await dress(page, { ...NORMAL, width: 1_280 })
  return made
}

async function dress(page, { width, colorScheme, forcedColors, text }) {
  await page.emulateMedia({ colorScheme, forcedColors })
  await page.evaluate((text) => document.documentElement.style.setProperty('font-size', text), text)
  await page.setViewportSize({ width, height: SIZES[width] })
  await page.evaluate(settle)
  const hidden = await page.evaluate(scrolledAway)
  const height = Math.min(SIZES[width] + hidden, HEIGHT_MAX)
  if (hidden > 0) await page.setViewportSize({ width, height })
  await page.evaluate(settle)
}

/** In the page: two frames, and the end of what moves and of what that sets in motion. */
async function settle() {
  const ends = (animation) => animation.effect?.getTiming().iterations !== Infinity
  for (;;) {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
    const moving = document.getAnimations().filter(ends)
    if (moving.length === 0) return
    await Promise.allSettled(moving.map((animation) => animation.finished))
  }
}

/** In the page: how many pixels of it cannot be seen at once; those of a conversation aside, which has no end. */
function scrolledAway() {
  const scrollers = [document.scrollingElement, ...document.querySelectorAll('.screen-body, dialog *')]
  const seen = scrollers.filter((each) => !each.closest('.timeline') && each.clientHeight > 0)
  const scrolls = (each) => each === document.scrollingElement || getComputedStyle(each).overflowY === 'auto'
  return Math.max(
    0,
    ...seen.filter(scrolls).map(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight),
  )
}

/** In the page: what of it cannot be reached because it lies beyond the right or the left edge of the window. */
function sticksOut() {
  const wide = document.scrollingElement.scrollWidth
  const found = wide > innerWidth ? [`the page is ${wide} px wide`] : []
  for (const element of document.querySelectorAll('a, button, input, select, textarea, summary, h1, h2, p')) {
    const { left, right, width, height } = element.getBoundingClientRect()
    if (width < 2 || height < 2 || !element.checkVisibility()) continue
    if (element.closest('.hidden-text') || (left >= -1 && right <= innerWidth + 1)) continue
    if (scrollsAside(element)) continue
    const text = (element.textContent.trim() || element.getAttribute('aria-label') || element.name).slice(
      0,
      40,
    )
    found.push(`sticks out: ${element.localName} “${text}” from ${Math.round(left)} to ${Math.round(right)}`)
  }
  return found

  /** Within a strip of one row that is moved by a finger. */
  function scrollsAside(element) {
    for (let around = element.parentElement; around; around = around.parentElement)
      if (/auto|scroll/.test(getComputedStyle(around).overflowX))
        return around.clientHeight < 2 * element.clientHeight
    return false
  }
}

await rm(FOLDER, { recursive: true, force: true })
for (const called of ['now', 'before', 'sheets']) await mkdir(path.join(FOLDER, called), { recursive: true })
const seen = await walk(now, 'now')
const once = before ? await walk(before, 'before') : { pictures: new Map(), faults: [] }
const names = [...seen.pictures.keys()]
for (const name of names) {
  const rows = [{ called: 'now', pictures: seen.pictures.get(name) }]
  if (once.pictures.has(name)) rows.push({ called: 'before', pictures: once.pictures.get(name) })
  await sheet(path.join(FOLDER, 'sheets', `${name}.png`), rows)
}
await putAway()
for (const fault of seen.faults) console.log(fault)
const [paired, alone] = [
  names.filter((name) => once.pictures.has(name)),
  names.filter((name) => !once.pictures.has(name)),
]
console.log(`${names.length} screens in ${FOLDER}, ${paired.length} of them beside those before`)
if (before) console.log(`not beside: ${alone.join(', ') || 'none'}`)
process.exitCode = seen.faults.length > 0 ? 1 : 0
