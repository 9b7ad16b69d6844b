// The chat part of porch, told once for the browsers that are not Chromium: two people, each in a window of their own.

import assert from 'node:assert/strict'
import { PASSWORD } from './person.js'

/** More than a window holds. */
const LINES = 25

/** Registers `name` and waits for the list of chats. */
export async function join(tab, url, name) {
  await tab.goto(`${url}/join`)
  await tab.see('input[name=username]')
  await tab.type('input[name=username]', name)
  await tab.type('input[name=password]', PASSWORD)
  await tab.press('form button[type=submit]')
  await tab.see('a.row', 'Everybody')
}

export async function talkForAll(ada, grace) {
  await ada.press('a.row', 'Everybody')
  await grace.press('a.row', 'Everybody')
  await say(ada, 'Good evening. Who is cooking?')
  await grace.see('article .body', 'Who is cooking?')
  await grace.type('textarea', 'Me')
  await ada.see('.composer p', 'Grace is typing…')
  await grace.type('textarea', ', 我们明天去爬山')
  await grace.press('.composer button[type=submit]')
  await ada.see('article .body', 'Me, 我们明天去爬山')
  await ada.seeNo('.composer p', 'is typing…')
}

export async function talkInPrivate(ada, grace) {
  await ada.press('nav a', 'People')
  await ada.press('a.row', 'Grace')
  await ada.press('main button', 'Message')
  await ada.see('h1', 'Grace')
  await say(ada, 'Only for you')
  await grace.see('a.row', '1 unread')
  await grace.press('a.row', 'Ada')
  await grace.see('article .body', 'Only for you')
  await grace.seeNo('a.row', '1 unread')
  await ada.see('article.mine .state', 'Read')
}

/** A conversation longer than the window opens where one left off: at the first new message, or at the end. */
export async function openWhereOneWas(ada, grace) {
  await grace.press('a.row', 'Everybody')
  await grace.see('h1', 'Everybody')
  for (let line = 1; line <= LINES; line++) await say(grace, `Line ${line} of a long conversation`)
  await grace.reload()
  await grace.see('article .body', `Line ${LINES} of`)
  await grace.until(isAtEnd)
  await ada.press('a.row', 'Everybody')
  await ada.see('.new', 'New')
  await ada.until(isInSight, '.new')
}

export async function findAgain(ada, url) {
  await ada.reload()
  await ada.see('article .body', 'Me, 我们明天去爬山')
  // What comes after the first sight is not to be cut off: that would be an error of the page.
  await ada.until(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.includes('/message-')),
  )
  await ada.goto(`${url}/search?q=${encodeURIComponent('爬山')}`)
  await ada.see('a.hit mark', '爬山')
  await ada.press('a.hit')
  await ada.see('article.flash', '爬山')
  assert.ok(await ada.evaluate(isInSight, 'article.flash'), 'the message that was found is in sight')
}

/** What fails in one page is before the owner, in whatever words and with whatever stack this browser tells it. */
export async function tellOfAnError(porch, ada, grace) {
  porch.provokes(/^TypeError: … is not a function/)
  await grace.evaluate(() => {
    history.pushState = undefined
  })
  await grace.press('nav a', 'People')
  const errors = await ada.run(`new Promise((resolve) => {
    const look = async () => {
      const { errors } = await (await fetch('/api/monitor')).json()
      if (errors.length > 0) resolve(errors)
      else setTimeout(look, 100)
    }
    look()
  })`)
  assert.equal(errors.length, 1)
  assert.equal(errors[0].count, 1)
  assert.match(`${errors[0].name}: ${errors[0].text}`, /^TypeError: … is not a function/)
  assert.match(errors[0].stack[0], /^index-[\w-]+\.js:\d+:\d+$/)
  await grace.reload()
}

/**
 * The settings say whether this browser can tell of messages, and the page goes on where it cannot: neither of these shows
 * any without a screen. (Firefox that is allowed to refuses with an error.)
 */
export async function beNotified(ada, grace) {
  await ada.press('nav a', 'Settings')
  await ada.see('h2', 'Notifications')
  const may = await ada.evaluate(() => ('Notification' in window ? Notification.permission : 'missing'))
  if (may === 'default') await ada.see('label', 'Notifications on this device')
  else await ada.see('.card p', may === 'denied' ? 'was told to show no' : 'has no notifications')
  await grace.press('a.row', 'Ada')
  await grace.see('h1', 'Ada')
  await say(grace, 'Are you there?')
  await ada.see('nav .badge', '1')
  await ada.press('nav a', 'Chats')
  await ada.press('a.row', 'Grace')
  await ada.see('article .body', 'Are you there?')
  await ada.seeNo('nav .badge', '1')
}

/** In the room that is open, which `openWhereOneWas` has filled. */
export async function findHere(ada) {
  await ada.press('main header button[aria-label="Search in this chat"]')
  await ada.see('.here input')
  await ada.type('.here input', 'line')
  await ada.see('.here .count', `1 of ${LINES}`)
  await ada.until(isShown, `Line ${LINES} of`)
  assert.ok(await ada.evaluate(() => 'highlights' in CSS), 'this browser marks words')
  await ada.until(isMarked, 'Line')
  await ada.press('.here button[aria-label="Next result, older"]')
  await ada.see('.here .count', `2 of ${LINES}`)
  await ada.until(isShown, `Line ${LINES - 1} of`)
  await ada.press('.here button[aria-label="Close the search"]')
  await ada.seeNo('.here')
  await ada.see('main header h1', 'Everybody')
  assert.equal(await ada.evaluate(() => CSS.highlights.size), 0)
}

/** In the page: whether a message with this text lies within the window. */
function isShown(text) {
  const message = [...document.querySelectorAll('article')].find((each) => each.textContent.includes(text))
  const box = message?.getBoundingClientRect()
  return Boolean(box) && box.top >= 0 && box.bottom <= innerHeight
}

/** In the page: whether this word is marked where it was found. */
function isMarked(word) {
  return [...(CSS.highlights.get('found-here') ?? [])].some((range) => String(range) === word)
}

/** A field as high as its text, up to six lines, and as it was when that is gone. */
export async function growWithTheText(tab) {
  await tab.see('textarea')
  const heights = []
  for (const lines of [1, 3, 6, 40, 0]) heights.push(await tab.evaluate(heightWith, lines))
  const [one, three, six, many, none] = heights
  const line = (three - one) / 2
  assert.ok(line > 15, `a line has a height: ${heights}`)
  assert.ok(Math.abs(six - one - 5 * line) < 2, `each line adds as much: ${heights}`)
  assert.ok(many >= six && many < six + line, `the messages keep their place: ${heights}`)
  assert.equal(none, one, `what was there is gone: ${heights}`)
}

/** In the page: how high the field is with so many lines typed into it, once it is drawn. */
async function heightWith(lines) {
  const field = document.querySelector('textarea')
  field.value = Array.from({ length: lines }, (_, at) => `Line ${at}`).join('\n')
  field.dispatchEvent(new Event('input', { bubbles: true }))
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  return field.getBoundingClientRect().height
}

export async function say(tab, text) {
  await tab.see('textarea')
  await tab.type('textarea', text)
  await tab.press('.composer button[type=submit]')
  await tab.until(
    (text) => [...document.querySelectorAll('article')].at(-1)?.textContent.includes(text),
    text,
  )
  await tab.until(() => document.querySelector('article:last-of-type.pending') === null)
}

/** In the page: whether the timeline stands at its end. */
export function isAtEnd() {
  let list = [...document.querySelectorAll('article')].at(-1)
  while (list && getComputedStyle(list).overflowY !== 'auto') list = list.parentElement
  return Boolean(list) && list.scrollHeight - list.scrollTop - list.clientHeight < 2
}

/** In the page: whether the first such element lies within the window. */
function isInSight(selector) {
  const box = document.querySelector(selector)?.getBoundingClientRect()
  return Boolean(box) && box.top >= 0 && box.bottom <= innerHeight
}
