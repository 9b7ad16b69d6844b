// Emoji, told once for the browsers that are not Chromium.

/** In the room for everybody, which both look at: one picked, one named. */
export async function pickEmoji(ada, grace) {
  await ada.type('.composer textarea', 'Well done ')
  await ada.press('.composer button[aria-label="Emoji"]')
  await ada.see('.picker [data-at]')
  await ada.type('.picker input[type=search]', 'rocket')
  await ada.see('.picker [data-at="0"]', '🚀')
  await ada.press('.picker [data-at="0"]')
  await ada.seeNo('.picker:popover-open')
  await ada.until(written, 'Well done 🚀')
  await ada.type('.composer textarea', ' :tada')
  await ada.press('.composer [role=option]', 'party popper')
  await ada.until(written, 'Well done 🚀 🎉 ')
  await ada.press('.composer button[type=submit]')
  await grace.see('article .body', 'Well done 🚀 🎉')
}

/** In the page: whether this stands in the composer. */
function written(text) {
  return document.querySelector('.composer textarea').value === text
}
