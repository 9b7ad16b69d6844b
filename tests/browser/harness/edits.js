// What people do with messages that are there, told once for the browsers that are not Chromium.

import { say } from './chat.js'

/** In the room for everybody, which both look at. */
export async function editWords(ada, grace) {
  await say(ada, 'Dinner is at seven')
  await grace.see('article .body', 'Dinner is at seven')
  await ada.evaluate(openMenu, 'Dinner is at seven')
  await ada.press('[role=menuitem]', 'Edit')
  await ada.see('.editing', 'Changing what you wrote')
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

/** In the page: as the right button of a mouse does. */
function openMenu(words) {
  const row = [...document.querySelectorAll('article')].findLast((each) => each.textContent.includes(words))
  const { left, top } = row.getBoundingClientRect()
  const at = { clientX: left + 20, clientY: top + 5 }
  row.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, button: 2, ...at }))
}
