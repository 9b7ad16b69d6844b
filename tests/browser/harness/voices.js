// Voice messages, told once for the browsers that are not Chromium.

import assert from 'node:assert/strict'

const MIC = '.recorder button.end'
/** How much a file may be longer or shorter than the clock says: a packet at either end, and a machine that is busy. */
export const OFF_MS_MAX = 400

/** One says something to the room that both look at, and the other has it as long as it was. */
export async function sayAloud(ada, grace) {
  await ada.press('a.row', 'Everybody')
  await grace.press('a.row', 'Everybody')
  await ada.press(MIC)
  await ada.see('.recorder .time', '0:02')
  await ada.press(MIC)
  await ada.see('.recorder .wave')
  await ada.press(MIC)
  await grace.see('article .voice')
  const { ms, decodedMs } = await grace.run(`(${decodeNewest})()`)
  assert.ok(ms >= 2_000, `${ms} ms`)
  assert.ok(Math.abs(decodedMs - ms) < OFF_MS_MAX, `${decodedMs} ms in the file, ${ms} ms said`)
}

/** A browser that records no sound says so. */
export async function sayWhyNot(ada) {
  await ada.press('a.row', 'Everybody')
  await ada.press(MIC)
  await ada.see('dialog p', 'This browser records no sound.')
  await ada.press('dialog footer button')
  await ada.seeNo('dialog p', 'This browser records no sound.')
}

/** In the page: how long the newest voice message of the room for everybody is, by its message and by its file. */
export async function decodeNewest() {
  const { messages } = await (await fetch('/api/rooms/1/messages?limit=1')).json()
  const { id, attachments } = messages[0]
  const bytes = await (await fetch(`/api/attachments/${id}/0`)).arrayBuffer()
  const sound = await new OfflineAudioContext(1, 48_000, 48_000).decodeAudioData(bytes)
  const loudest = sound.getChannelData(0).reduce((most, one) => Math.max(most, Math.abs(one)), 0)
  const [{ what, media_type: type, name }] = attachments
  return { ms: what.ms, levels: what.levels, type, name, decodedMs: sound.duration * 1_000, loudest }
}
