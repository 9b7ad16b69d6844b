// What people do with messages that are there, told once for the browsers that are not Chromium.

import { say } from './chat.js'

/** In the room for everybody, which both look at. */
export async function editWords(ada, grace) {
  await say(ada, 'Dinner is at seven')
  await grace.see('article .body', 'Dinner is at seven')
  await ada.evaluate(openMenu, 'Dinner is at seven')
  await ada.press('[role=menuitem]', 'Edit')
  await ada.see('.about', 'Changing what you wrote')
  await ada.type('.composer textarea', ', sharp')
  await ada.press('.composer button[type=submit]')
  for (const tab of [ada, grace]) {
    await tab.see('article .body', 'Dinner is at seven, sharp')
    await tab.see('article .edited')
  }
  await grace.reload()
  await grace.see('article .body', 'Dinner is at seven, sharp')
  await grace.see('article .edited')
}

/** What they have said is passed on into the same room, kept for oneself, and the copy chosen and deleted. */
export async function passOn(ada, grace) {
  const words = 'Dinner is at seven, sharp'
  await ada.evaluate(openMenu, words)
  await ada.press('[role=menuitem]', 'Forward')
  await ada.press('dialog label.row', 'Everybody')
  await ada.press('dialog button[type=submit]', 'Forward')
  for (const tab of [ada, grace]) await tab.see('article:has(.forwarded)', words)
  await ada.evaluate(openMenu, words)
  await ada.press('[role=menuitem]', 'Add to Saved messages')
  await ada.see('a.row .title', 'Saved messages')
  await ada.evaluate(openMenu, words)
  await ada.press('[role=menuitem]', 'Select')
  await ada.see('[role=toolbar]', '1 selected')
  await ada.press('[role=toolbar] button[aria-label=Delete]')
  await ada.press('dialog button[type=submit]', 'Delete')
  for (const tab of [ada, grace]) await tab.seeNo('.forwarded')
  await ada.see('.composer textarea')
}

/** Both have said that; it is reacted to, replied to with a call, pinned, and marked as unread; and all of it outlives the box. */
export async function answerWords(porch, ada, grace) {
  const words = 'Dinner is at seven, sharp'
  await grace.evaluate(openMenu, words)
  await grace.press('[role=menuitemcheckbox]', '👍')
  await grace.evaluate(openMenu, words)
  await grace.press('[role=menuitem]', 'Reply')
  await grace.see('.about', 'Ada')
  await ada.evaluate(openMenu, words)
  await ada.press('[role=menuitem]', 'Pin')
  await ada.see('article .pin')
  await say(grace, 'I come late, @Ada')
  const stands = async (tab) => {
    await tab.see('.reactions', '👍')
    await tab.see('.quote .text', words)
    await tab.see('article .mention', '@Ada')
    await tab.see('article .pin')
  }
  for (const tab of [ada, grace]) await stands(tab)
  await ada.see('.mention.mine', '@Ada')
  await ada.evaluate(openMenu, 'I come late')
  await ada.press('[role=menuitem]', 'Mark as unread from here')
  // Where the window is wide the room stays in sight, and unread all the same until it is opened.
  await ada.see('a.row', '1 unread')
  await say(grace, 'Very late')
  await ada.see('a.row', '2 unread')
  await ada.press('a.row', 'Everybody')
  await ada.see('.new', 'New')
  await ada.seeNo('a.row', 'unread')
  await porch.restart()
  for (const tab of [ada, grace]) await tab.reload()
  for (const tab of [ada, grace]) await stands(tab)
}

/** In the page: as the right button of a mouse does. */
function openMenu(words) {
  const row = [...document.querySelectorAll('article')].findLast((each) => each.textContent.includes(words))
  const { left, top } = row.getBoundingClientRect()
  const at = { clientX: left + 20, clientY: top + 5 }
  row.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, button: 2, ...at }))
}
