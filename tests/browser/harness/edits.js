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

/** In the page: as the right button of a mouse does. */
function openMenu(words) {
  const row = [...document.querySelectorAll('article')].findLast((each) => each.textContent.includes(words))
  const { left, top } = row.getBoundingClientRect()
  const at = { clientX: left + 20, clientY: top + 5 }
  row.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, button: 2, ...at }))
}
