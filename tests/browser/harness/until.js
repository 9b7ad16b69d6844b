// What has no event to wait for is asked for until it is so.

import assert from 'node:assert/strict'

export async function until(holds, tries = 150) {
  for (; tries > 0; tries--) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail(`never: ${holds}`)
}

/** The message of the first room that says this, once the box has it. */
export async function sentMessage(page, body) {
  let found
  await until(async () => {
    const messages = await page.evaluate(
      async () => (await (await fetch('/api/rooms/1/messages?limit=10')).json()).messages,
    )
    found = messages.findLast((message) => message.body === body)
    return Boolean(found)
  })
  return found
}
