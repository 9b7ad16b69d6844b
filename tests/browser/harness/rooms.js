// What several stories do with rooms and people, each by the page's own buttons.

/** Makes a room, `Open` or `Closed`, with these people in it. */
export async function makeRoom(person, name, access, members) {
  const { page } = person
  await page.goto('/new-room')
  await page.getByLabel('Name of the room').fill(name)
  await page.getByRole('radio', { name: new RegExp(`^${access}`) }).check()
  for (const member of members) await page.getByRole('checkbox', { name: new RegExp(`^${member}`) }).click()
  await page.getByRole('button', { name: 'Create the room' }).click()
  await person.composer().waitFor()
}

/** From a room to its details. */
export async function details(person) {
  await person.page.getByRole('link', { name: 'Room details' }).last().click()
  await person.page.getByRole('heading', { name: 'Room details' }).waitFor()
}

/** To what is told of somebody. */
export async function profile(person, name) {
  await person.page.getByRole('link', { name: 'People', exact: true }).click()
  await person.page.locator('a.row', { hasText: name }).click()
  await person.page.locator('main h2', { hasText: name }).waitFor()
}

/** Opens the room for everybody to guests; gives the token of an invite into it. */
export async function inviteOfGuests({ page }) {
  await page.goto('/r/1/details')
  await page.getByRole('switch', { name: /^Open to guests/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Open to guests' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  return page.evaluate(async () => {
    const invite = { role: 'guest', once: false, ends_at: null, rooms: [1], stay_s: null, note: '' }
    const answer = await fetch('/api/invites', { method: 'POST', body: JSON.stringify(invite) })
    return (await answer.json()).invite.token
  })
}
