import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { User } from '../protocol'
import { accountOf } from './account'
import { Refusal } from './api'
import type { Chat } from './chat.svelte'
import { deleteAccount } from './leaving'
import { ada, Box, type Guest, grace, message, room, written } from './testing/box'
import { Device } from './testing/device'
import { Browser } from './testing/tab'

let box: Box
let device: Device
let browser: Browser

const MARK = 'half a thought'
const rooms = [room(), room({ id: 4, kind: 'open', name: 'Kitchen' })]

beforeEach(async () => {
  box = await Box.open()
  device = new Device()
  browser = new Browser(box, device)
  browser.people = [ada, grace]
})

afterEach(async () => {
  browser.close()
  await box.close()
})

const inside = () => browser.inside({ rooms })
const unsentIn = (chat: Chat) => chat.rooms.get(1)?.pending.map(({ body }) => body)
const stored = async () => (await device.records('outbox')).map((item) => (item as { body: string }).body)
const nothingIsLeft = () => vi.waitFor(async () => expect(await device.text()).toBe('[[],[],[]]'))

/** A page with a draft, a message that is not confirmed, and a cache. */
async function insideWithAll(): Promise<{ chat: Chat; guest: Guest }> {
  const page = await inside()
  page.guest.tell(written(message({ body: MARK })))
  page.chat.setDraft(4, MARK)
  page.chat.send(1, MARK)
  await vi.waitFor(async () => expect(await stored()).toEqual([MARK]))
  await vi.waitFor(() => expect(page.chat.rooms.get(1)?.last_n).toBe(1))
  await page.chat.entry.kept.flush()
  for (const what of ['notify', 'notified']) device.entries.set(`porch.${what}.${accountOf(ada)}`, MARK)
  expect((await device.text()).split(MARK)).toHaveLength(7)
  return page
}

// --- Two tabs ----------------------------------------------------------------------------------

test('drafts_of_two_tabs_do_not_erase_each_other', async () => {
  const one = await inside()
  const other = await inside()
  one.chat.setDraft(1, 'for all')
  other.chat.setDraft(4, 'for the kitchen')
  one.chat.hide()
  other.chat.hide()
  const { chat } = await inside()
  expect([1, 4].map((id) => chat.rooms.get(id)?.draft)).toEqual(['for all', 'for the kitchen'])
})

test('a_draft_follows_into_the_other_tab_and_is_gone_there_when_it_was_sent', async () => {
  const { chat: one } = await inside()
  const { chat: other } = await inside()
  one.setDraft(1, MARK)
  await one.entry.kept.flush()
  await vi.waitFor(() => expect(other.rooms.get(1)?.draft).toBe(MARK))
  expect(other.rooms.get(4)?.draft).toBe('')
  one.setDraft(1, '')
  await one.entry.kept.flush()
  await vi.waitFor(() => expect(other.rooms.get(1)?.draft).toBe(''))
})

test('a_draft_that_is_being_typed_does_not_follow_another_tab', async () => {
  const { chat: one } = await inside()
  const { chat: other } = await inside()
  one.setDraft(1, 'typed here')
  other.setDraft(1, 'typed there')
  await other.entry.kept.flush()
  await vi.waitFor(() => expect([...device.entries.values()]).toContain('typed there'))
  expect(one.rooms.get(1)?.draft).toBe('typed here')
})

test('a_message_that_is_confirmed_in_one_tab_vanishes_in_the_other_by_its_echo', async () => {
  const { chat: one, guest: first } = await inside()
  first.vanish()
  await vi.waitFor(() => expect(one.link.is).toBe('waiting'))
  const id = one.send(1, MARK)
  await vi.waitFor(async () => expect(await stored()).toEqual([MARK]))
  const { chat: other, guest } = await inside()
  expect(await guest.expect('send')).toMatchObject({ client_msg_id: id })
  expect(unsentIn(other)).toEqual([MARK])
  one.wake()
  const again = await browser.welcome(one, { resume: 'ok', rooms })
  // Both may send it: the box keeps one.
  expect(await again.expect('send')).toMatchObject({ client_msg_id: id })
  const echo = written(message({ id: 43, author: ada.id, client_msg_id: id, body: MARK }))
  again.tell(echo)
  guest.tell(echo)
  await vi.waitFor(() => expect([unsentIn(one), unsentIn(other)]).toEqual([[], []]))
  await vi.waitFor(async () => expect(await stored()).toEqual([]))
})

test('and_where_the_other_has_no_connection_it_is_told_by_the_tab', async () => {
  const { chat: one } = await inside()
  one.hide()
  const id = one.send(1, MARK)
  await vi.waitFor(async () => expect(await stored()).toEqual([MARK]))
  const { chat: other, guest } = await inside()
  await guest.expect('send')
  guest.tell(written(message({ id: 43, author: ada.id, client_msg_id: id, body: MARK })))
  await vi.waitFor(() => expect([unsentIn(one), unsentIn(other)]).toEqual([[], []]))
})

test('what_is_given_up_in_one_tab_is_not_sent_by_the_other', async () => {
  const { chat: one } = await inside()
  one.hide()
  const id = one.send(1, MARK)
  await vi.waitFor(async () => expect(await stored()).toEqual([MARK]))
  const { chat: other } = await inside()
  other.hide()
  expect(unsentIn(other)).toEqual([MARK])
  one.discard(id)
  await vi.waitFor(() => expect(unsentIn(other)).toEqual([]))
  other.show()
  const guest = await browser.welcome(other, { resume: 'ok', rooms })
  other.send(1, 'afterwards')
  expect(await guest.expect('send')).toMatchObject({ body: 'afterwards' })
})

test('what_a_closed_tab_left_unsent_is_sent_by_the_one_that_stays', async () => {
  const { chat: one } = await inside()
  const { chat: other } = await inside()
  one.hide()
  other.hide()
  one.send(1, MARK)
  await vi.waitFor(async () => expect(await stored()).toEqual([MARK]))
  other.show()
  const guest = await browser.welcome(other, { resume: 'ok', rooms })
  expect(await guest.expect('send')).toMatchObject({ body: MARK })
})

// --- Signing out -------------------------------------------------------------------------------

test('the_close_that_overtakes_the_answer_to_a_sign_out_erases_everything', async () => {
  const { chat, guest } = await insideWithAll()
  let answer = () => {}
  browser.logout = () => new Promise((resolve) => (answer = resolve))
  const signedOut = browser.signOut(chat)
  guest.close(4003)
  await vi.waitFor(() => expect(chat.phase).toBe('outside'))
  expect(chat.me).toBeNull()
  answer()
  expect(await signedOut).toBe(true)
  await nothingIsLeft()
  expect(chat.phase).toBe('outside')
})

test('so_does_the_answer_that_comes_first', async () => {
  const { chat, guest } = await insideWithAll()
  expect(await browser.signOut(chat)).toBe(true)
  expect(chat.phase).toBe('outside')
  guest.close(4003)
  await nothingIsLeft()
  expect(chat.phase).toBe('outside')
})

test('a_page_that_is_closed_over_its_sign_out_leaves_nothing_to_the_next_one', async () => {
  const { chat } = await insideWithAll()
  browser.logout = () => {
    browser.signedIn = null
    // The answer is lost with the page.
    return new Promise(() => {})
  }
  void browser.signOut(chat)
  await vi.waitFor(() => expect(browser.signedIn).toBeNull())
  chat.hide()
  const next = browser.tab()
  await next.entry.start()
  expect(next.phase).toBe('outside')
  await nothingIsLeft()
})

test('a_sign_out_that_the_box_never_heard_is_told_again_before_anybody_is_let_in', async () => {
  const { chat } = await insideWithAll()
  browser.isThere = false
  expect(await browser.signOut(chat)).toBe(false)
  expect(chat.me).toBeNull()
  expect(chat.phase).toBe('unreachable')
  await vi.waitFor(async () => expect(await device.text()).not.toContain(MARK))
  chat.hide()
  browser.isThere = true
  const next = browser.tab()
  await next.entry.start()
  expect(next.phase).toBe('outside')
  expect([browser.logouts, browser.signedIn]).toEqual([1, null])
  await next.entry.start()
  expect(browser.logouts).toBe(1)
})

test('a_page_that_signed_out_while_the_box_was_away_tells_it_when_it_is_back', async () => {
  const { chat } = await insideWithAll()
  browser.isThere = false
  await browser.signOut(chat)
  browser.isThere = true
  await chat.entry.start()
  expect([chat.phase, browser.logouts, browser.signedIn]).toEqual(['outside', 1, null])
  await nothingIsLeft()
})

test('a_second_tab_goes_when_the_first_signs_out', async () => {
  const { chat: one } = await insideWithAll()
  const { chat: other, guest } = await inside()
  other.setDraft(1, MARK)
  await browser.signOut(one)
  await vi.waitFor(() => expect(other.phase).toBe('outside'))
  expect(other.me).toBeNull()
  guest.close(4003)
  await nothingIsLeft()
})

test('a_second_tab_that_hears_of_it_by_the_close_alone_erases_too_and_writes_nothing_late', async () => {
  const { chat: one } = await insideWithAll()
  const { chat: other, guest } = await inside()
  device.tellsTabs = false
  await browser.signOut(one)
  await nothingIsLeft()
  other.setDraft(1, MARK)
  other.send(1, MARK)
  guest.tell(written(message({ id: 99, n: 9, body: MARK })))
  await vi.waitFor(() => expect(other.rooms.get(1)?.last_n).toBe(9))
  await other.entry.kept.flush()
  guest.close(4003)
  await vi.waitFor(() => expect(other.phase).toBe('outside'))
  expect(other.me).toBeNull()
  await nothingIsLeft()
})

test('a_stale_answer_lets_nobody_in_who_has_signed_out_meanwhile', async () => {
  const { chat: before } = await insideWithAll()
  before.hide()
  let come = (_user: User) => {}
  browser.whoIsIn = () => new Promise((resolve) => (come = resolve))
  const chat = browser.tab()
  const starting = chat.entry.start()
  await vi.waitFor(() => expect(chat.phase).toBe('inside'))
  await browser.signOut(chat)
  come(ada)
  await starting
  expect([chat.phase, chat.me]).toEqual(['outside', null])
  await nothingIsLeft()
})

test('what_a_session_that_just_ended_left_unsent_is_for_the_same_person_and_nobody_else', async () => {
  const { chat, guest } = await insideWithAll()
  browser.signedIn = null
  guest.close(4003)
  await vi.waitFor(() => expect(chat.phase).toBe('ended'))
  await vi.waitFor(async () => expect(await device.records('cache')).toEqual([]))
  await browser.signIn(chat, 'Grace', 'correct horse', true)
  const hers = await browser.welcome(chat, { rooms })
  expect([unsentIn(chat), chat.rooms.get(4)?.draft, chat.unsent]).toEqual([[], '', 0])
  chat.send(1, 'of Grace')
  expect(await hers.expect('send')).toMatchObject({ body: 'of Grace' })
  expect(await browser.signOut(chat)).toBe(true)
  await vi.waitFor(async () => expect(await stored()).toEqual([MARK]))
  await browser.signIn(chat, 'Ada', 'correct horse', true)
  const mine = await browser.welcome(chat, { rooms })
  expect(await mine.expect('send')).toMatchObject({ body: MARK })
  expect(chat.rooms.get(4)?.draft).toBe(MARK)
})

test('a_tab_whose_cookie_has_become_somebody_elses_is_theirs_and_sends_nothing_of_the_first', async () => {
  const { chat } = await insideWithAll()
  chat.hide()
  chat.send(1, 'of Ada, while away')
  browser.signedIn = grace
  chat.show()
  const first = await box.guest()
  expect(await first.greet({ me: grace, resume: 'ok', rooms })).not.toBeNull()
  const guest = await box.guest()
  expect(await guest.greet({ me: grace, rooms })).toBeNull()
  await vi.waitFor(() => expect(chat.link.is).toBe('open'))
  expect(chat.me?.id).toBe(grace.id)
  expect(unsentIn(chat)).toEqual([])
  chat.send(1, 'of Grace')
  expect(await guest.expect('send')).toMatchObject({ body: 'of Grace' })
  expect(first.unread).toEqual([])
  await vi.waitFor(async () => expect(JSON.stringify(await device.records('cache'))).not.toContain(MARK))
})

test('an_account_with_the_same_number_on_another_box_is_another_account', async () => {
  const { chat } = await insideWithAll()
  chat.hide()
  browser.signedIn = { ...ada, since: ada.since + 1 }
  const next = browser.tab()
  await next.entry.start()
  expect(next.rooms.all.size).toBe(0)
  await browser.welcome(next, { rooms })
  expect([unsentIn(next), next.rooms.get(4)?.draft]).toEqual([[], ''])
})

test('an_account_that_is_deleted_leaves_nothing_behind_even_when_the_close_comes_first', async () => {
  const { chat, guest } = await insideWithAll()
  let answer = () => {}
  const deleted = deleteAccount(chat.entry, () => new Promise((resolve) => (answer = resolve)))
  await vi.waitFor(() => expect(chat.entry.kept.accounts.has(`${ada.id}.${ada.since}`)).toBe(false))
  guest.close(4003)
  await vi.waitFor(() => expect(chat.phase).toBe('outside'))
  answer()
  await deleted
  await nothingIsLeft()
})

test('an_account_whose_deletion_is_refused_stays_in_every_tab_and_keeps_what_it_has', async () => {
  const { chat } = await insideWithAll()
  const { chat: other } = await inside()
  const refused = deleteAccount(chat.entry, () => Promise.reject(new Refusal('password_wrong')))
  await expect(refused).rejects.toMatchObject({ code: 'password_wrong' })
  expect([chat.phase, other.phase]).toEqual(['inside', 'inside'])
  chat.send(1, 'still here')
  await vi.waitFor(async () => expect(await stored()).toEqual([MARK, 'still here']))
})

test('of_many_who_left_without_signing_out_the_first_are_forgotten', async () => {
  const users = Array.from({ length: 10 }, (_, i): User => ({ ...ada, id: i + 1 }))
  for (const me of users) {
    browser.signedIn = me
    const { chat, guest } = await browser.inside({ me, rooms })
    chat.hide()
    chat.send(1, `of ${me.id}`)
    await vi.waitFor(async () => expect(await stored()).toContain(`of ${me.id}`))
    await guest.closed
  }
  await vi.waitFor(async () => expect(await stored()).toHaveLength(8))
  expect((await stored()).sort()[0]).toBe('of 10')
})

test('a_device_without_space_for_the_sign_out_keeps_nothing_of_anybody', async () => {
  const { chat, guest } = await insideWithAll()
  vi.spyOn(device.entries, 'set').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError')
  })
  browser.logout = () => new Promise(() => {})
  void browser.signOut(chat)
  await vi.waitFor(() => expect(device.entries.has('porch.accounts')).toBe(false))
  guest.close(4003)
  await nothingIsLeft()
})
