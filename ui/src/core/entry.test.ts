import { expect, test, vi } from 'vitest'
import * as api from './api'
import { deleteAccount, signOut } from './leaving'
import { NEW_PLACE_KEY } from './newPlaceKey'
import { ada, grace, room } from './testing/box'
import { answers, box, chat, device, given, inside, newChat, openChat } from './testing/chat'
import { comingIn } from './testing/comingIn'

test('nobody_signed_in_is_outside', async () => {
  given.signedIn = null
  await chat.entry.start()
  expect(chat.phase).toBe('outside')
  expect(box.connections).toBe(0)
})

test('a_takeover_ends_it_here_and_offers_the_way_back', async () => {
  const guest = await inside()
  guest.close(4001)
  await vi.waitFor(() => expect([chat.phase, chat.entry.ended]).toEqual(['ended', 'taken_over']))
  expect(chat.me?.name).toBe('Ada')
  expect(chat.rooms.all.size).toBe(0)
  await expect(comingIn(chat, answers()).signIn('Ada', 'correct horse')).rejects.toMatchObject({
    code: 'in_use_elsewhere',
  })
  await comingIn(chat, answers()).signIn('Ada', 'correct horse', true)
  expect(chat.phase).toBe('inside')
  expect(await (await box.guest()).greet()).toBeNull()
})

test('a_session_that_ended_is_told_with_the_reason_that_the_box_knows', async () => {
  for (const why of ['signed_out_by_owner', 'account_deleted_by_owner', undefined] as const) {
    chat.hide()
    given.signedIn = ada
    given.ended = why
    openChat()
    const guest = await inside()
    chat.setDraft(1, 'Half a thought')
    given.signedIn = null
    guest.close(4003)
    await vi.waitFor(() => expect(chat.phase).toBe('ended'))
    expect(chat.entry.ended).toBe(why)
    const gone = why === 'account_deleted_by_owner'
    expect(chat.me === null).toBe(gone)
    expect((await device.text()).includes('Half a thought')).toBe(!gone)
  }
})

test('a_takeover_that_happened_while_the_page_slept_is_called_one', async () => {
  const guest = await inside()
  given.signedIn = null
  given.ended = 'taken_over'
  guest.close(4003)
  await vi.waitFor(() => expect([chat.phase, chat.entry.ended]).toEqual(['ended', 'taken_over']))
})

test('who_comes_back_with_an_ended_session_hears_why_and_who_was_never_here_does_not', async () => {
  given.signedIn = null
  given.ended = 'signed_out_by_owner'
  await chat.entry.start()
  expect([chat.phase, chat.entry.ended]).toEqual(['ended', 'signed_out_by_owner'])
  given.ended = undefined
  openChat()
  await chat.entry.start()
  expect([chat.phase, chat.entry.ended]).toEqual(['outside', undefined])
})

test('a_session_that_another_tab_has_replaced_goes_on_with_the_new_one', async () => {
  const guest = await inside()
  guest.close(4003)
  await (await box.guest()).greet()
  await vi.waitFor(() => expect(chat.link.is).toBe('open'))
  expect(chat.phase).toBe('inside')
})

test('who_leaves_without_a_password_or_for_good_is_told_what_that_means', async () => {
  await inside()
  await signOut(chat.entry, answers().logout)
  expect([chat.phase, chat.entry.ended]).toEqual(['outside', undefined])
  given.signedIn = null
  await comingIn(chat, answers()).join('token', 'Zoe')
  await (await box.guest()).greet()
  await signOut(chat.entry, answers().logout)
  expect([chat.phase, chat.entry.ended, chat.me]).toEqual(['ended', 'left', null])
  await comingIn(chat, answers()).join('token', 'Zoe', 'correct horse')
  await (await box.guest()).greet()
  await deleteAccount(chat.entry, async () => {})
  expect([chat.phase, chat.entry.ended, chat.me]).toEqual(['ended', 'deleted', null])
})

test('who_comes_in_as_somebody_else_leaves_nothing_of_the_first_on_the_screen', async () => {
  const guest = await inside()
  guest.say({ type: 'room', room: room({ id: 4, kind: 'open', name: 'Kitchen' }) })
  await vi.waitFor(() => expect(chat.rooms.all.size).toBe(2))
  await comingIn(chat, answers()).by('reset Grace', true, async () => (given.signedIn = grace))
  expect([chat.phase, chat.me?.name, chat.rooms.all.size]).toEqual(['inside', 'Grace', 0])
  expect(await guest.closed).toBeGreaterThan(0)
})

test('whether_guests_may_come_is_known_as_it_changes', async () => {
  const guest = await inside()
  guest.say({ type: 'box', guests: false })
  await vi.waitFor(() => expect(chat.box?.guests).toBe(false))
})

test('a_refused_upgrade_is_explained_by_a_request', async () => {
  await inside()
  chat.hide()
  given.signedIn = null
  const address = box.connect
  box.connect = () => {
    const socket = address.call(box)
    socket.close()
    return socket
  }
  chat.show()
  await vi.waitFor(() => expect(chat.phase).toBe('ended'))
})

test('an_invite_leads_in_and_its_rooms_come_with_the_first_welcome', async () => {
  given.signedIn = null
  await chat.entry.start()
  const user = await comingIn(chat, answers()).join('0QHx6vYk1Jm2cT9sZbE4wg', 'Lin')
  expect(chat.phase).toBe('inside')
  expect(chat.entry.hasPassword).toBe(false)
  let known = false
  const rooms = chat.rooms.whenKnown().then(() => (known = true))
  const guest = await box.guest()
  expect(known).toBe(false)
  await guest.greet({ me: user, rooms: [room({ id: 4, kind: 'open', name: 'Kitchen', guests: true })] })
  await rooms
  expect(chat.rooms.get(4)?.settings.guests).toBe(true)
  await chat.rooms.whenKnown()
})

test('where_cookies_are_blocked_nothing_is_asked_of_the_box', async () => {
  given.signedIn = null
  given.keepsCookies = false
  await chat.entry.start()
  for (const tried of [
    comingIn(chat, answers()).join('token', 'Grace'),
    comingIn(chat, answers()).signIn('Ada', 'x', true),
    comingIn(chat, answers()).register('Ada', 'x'),
  ]) {
    await expect(tried).rejects.toMatchObject({ code: 'cookies_blocked' })
  }
  expect(given.signedIn).toBeNull()
  given.keepsCookies = true
  await comingIn(chat, answers()).join('token', 'Grace')
  expect(given.signedIn).toMatchObject({ name: 'Grace' })
})

test('signing_out_leaves_nothing_behind', async () => {
  await inside()
  chat.setDraft(1, 'half a thought')
  chat.send(1, 'not confirmed')
  await vi.waitFor(async () => expect(await device.records('outbox')).toHaveLength(1))
  await signOut(chat.entry, answers().logout)
  expect(chat.phase).toBe('outside')
  expect(chat.me).toBeNull()
  await vi.waitFor(async () => expect(await device.text()).toBe('[[],[],[]]'))
})

test('a_box_that_is_busy_at_the_start_is_not_said_to_be_out_of_reach', async () => {
  for (const code of ['busy', 'unreachable'] as const) {
    const starting = newChat({ me: () => Promise.reject(new api.Refusal(code)) })
    await starting.entry.start()
    expect(starting.phase).toBe('unreachable')
    expect(starting.entry.isBusy).toBe(code === 'busy')
  }
})

test('a_sign_in_elsewhere_is_news_until_this_device_has_told_of_it', async () => {
  device.entries.set(NEW_PLACE_KEY, '4')
  const guest = await inside({ newest_session: 4 })
  expect(chat.newPlace).toBe(0)
  guest.say({ type: 'signed_in', session: 5 })
  await vi.waitFor(() => expect(chat.newPlace).toBe(5))
  device.entries.set(NEW_PLACE_KEY, '5')
  chat.newPlace = 0
  guest.vanish()
  await (await box.guest()).greet({ newest_session: 6 })
  await vi.waitFor(() => expect(chat.newPlace).toBe(6))
  await signOut(chat.entry, answers().logout)
  expect(chat.newPlace).toBe(0)
})

test('a_close_that_overtakes_the_answer_takes_no_word_of_farewell_away', async () => {
  await inside()
  chat.entry.hasPassword = false
  const guest = await (async () => {
    chat.hide()
    chat.show()
    const again = await box.guest()
    await again.greet()
    return again
  })()
  await vi.waitFor(() => expect(chat.link.is).toBe('open'))
  await signOut(chat.entry, async () => {
    given.signedIn = null
    guest.close(4003)
    await vi.waitFor(() => expect(chat.phase).toBe('outside'))
  })
  expect([chat.phase, chat.entry.ended, chat.me]).toEqual(['ended', 'left', null])
})

test('where_what_signs_out_cannot_be_loaded_the_page_goes_on_asking', async () => {
  await inside()
  chat.entry.kept.accounts.leave(ada, 'sign_out')
  chat.hide()
  openChat()
  vi.doMock('./leaving', () => {
    throw new Error('no such chunk')
  })
  await chat.entry.start()
  expect(chat.phase).toBe('unreachable')
  vi.doUnmock('./leaving')
  chat.wake()
  await vi.waitFor(() => expect(chat.phase).toBe('outside'))
  expect(given.signedIn).toBeNull()
})
