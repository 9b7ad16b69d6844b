// Owners who act, in Chromium: of a room, with its members; of the box, with others' accounts; and what each of those is
// told, with the way back where there is one.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { devices, launch, skip } from './harness/chromium.js'
import { look, WIDEST } from './harness/look.js'
import { PASSWORD, Person } from './harness/person.js'
import { Porch } from './harness/porch.js'
import { details, inviteOfGuests, makeRoom, profile } from './harness/rooms.js'
import { story } from './harness/story.js'

const PHONE = devices['Pixel 7']
const NEW_PASSWORD = 'another long password'

describe('owners who act', { skip }, () => {
  let porch, browser, ada, grace, lin, bob, zoe, code, link
  const everyone = () => [ada, grace, lin, bob, zoe].filter(Boolean)
  const chapter = story(() => everyone().map((person) => person.page))

  before(async () => {
    porch = await Porch.start()
    browser = await launch(porch)
    ada = await Person.at(browser, porch, 'Ada')
    await ada.join()
    grace = await Person.at(browser, porch, 'Grace 葛')
    await grace.join()
    lin = await Person.at(browser, porch, 'Lin', PHONE)
    await lin.join()
    bob = await Person.at(browser, porch, 'Bob')
    await bob.join()
  })

  after(async () => {
    await browser?.close()
    await porch?.stop()
  })

  chapter('who made a room makes another its owner, by keyboard', async () => {
    const { page } = grace
    await makeRoom(grace, 'Kitchen', 'Anyone', ['Lin', 'Bob', 'Ada'])
    await bob.openRoom('Kitchen')
    await details(grace)
    assert.equal(await menuOf(page, 'Grace 葛').count(), 0, 'she cannot stop owning it alone')
    await menuOf(page, 'Lin').focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Make a room owner' }).waitFor()
    await look(page, 'member-menu', WIDEST)
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Make Lin an owner of Kitchen?' })
    await dialog.waitFor()
    await look(page, 'member-make-owner', WIDEST)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    await row(page, 'Lin').getByText('Room owner').waitFor()
    assert.equal(await focused(page), 'What to do with Lin', 'the focus is where it was')
    await menuOf(page, 'Grace 葛').waitFor()
  })

  chapter(
    'who owns it now takes somebody out, by touch, and they hear by whom and may come back',
    async () => {
      const { page } = lin
      await page.goto('/')
      await lin.chatRow('Kitchen').tap()
      await page.getByRole('link', { name: 'Room details' }).last().tap()
      await menuOf(page, 'Bob').tap()
      await look(page, 'member-menu-phone', [PHONE.viewport])
      await page.getByRole('menuitem', { name: 'Take out of the room' }).tap()
      await page.getByText('This room is open: they can come back by themselves.').waitFor()
      await look(page, 'member-remove-phone', [PHONE.viewport])
      await menuOf(grace.page, 'Bob').click()
      await grace.page.getByRole('menuitem', { name: 'Take out of the room' }).click()
      await grace.page.getByRole('dialog').waitFor()
      await page.getByRole('dialog').getByRole('button', { name: 'Take out of the room' }).tap()
      await page.getByRole('status').filter({ hasText: 'Bob is not in Kitchen any more' }).waitFor()
      await grace.page.getByRole('dialog').waitFor({ state: 'detached' })
      await row(grace.page, 'Bob').waitFor({ state: 'detached' })
      assert.notEqual(
        await focused(grace.page),
        null,
        'a dialog that has lost its subject leaves no focus behind',
      )
      await bob.page.getByText('Lin took you out of Kitchen.').first().waitFor()
      await look(bob.page, 'taken-out-open')
      await bob.page.getByRole('button', { name: 'Join Kitchen' }).click()
      await bob.composer().waitFor()
    },
  )

  chapter('an owner stops being one while there is another, and the last one does not', async () => {
    const { page } = grace
    await menuOf(page, 'Grace 葛').click()
    await page.getByRole('menuitem', { name: 'Stop being room owner' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Stop being room owner' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await menuOf(page, 'Bob').waitFor({ state: 'detached' })
    await row(page, 'Grace 葛').getByText('Room owner').waitFor({ state: 'detached' })
    await lin.page.getByRole('link', { name: /^Lin/ }).getByText('Room owner').waitFor()
    await menuOf(lin.page, 'Lin').waitFor({ state: 'detached' })
  })

  chapter('out of a closed room there is no way back but by being added', async () => {
    await makeRoom(grace, 'Cellar', 'Only who is added', ['Bob'])
    await bob.openRoom('Cellar')
    await details(grace)
    await menuOf(grace.page, 'Bob').click()
    await grace.page.getByRole('menuitem', { name: 'Take out of the room' }).click()
    await grace.page.getByText('They see the room no more until somebody adds them again.').waitFor()
    await grace.page.getByRole('dialog').getByRole('button', { name: 'Take out of the room' }).click()
    await bob.page.getByRole('heading', { name: 'You were taken out of this room' }).waitFor()
    await bob.page.getByText('Grace 葛 took you out of Cellar.').first().waitFor()
    await look(bob.page, 'taken-out-closed')
    assert.equal(await bob.chatRow('Cellar').count(), 0)
  })

  chapter('a room is archived and brought back by keyboard without losing the focus', async () => {
    const { page } = grace
    const archive = page.getByRole('button', { name: 'Archive this room' })
    await archive.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').getByRole('button', { name: 'Archive this room' }).press('Enter')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    const back = page.getByRole('button', { name: 'Bring back this room' })
    await back.waitFor()
    assert.equal(await focused(page), 'Bring back this room')
    await page.keyboard.press('Enter')
    await archive.waitFor()
    await grace.composer().waitFor()
    assert.equal(await focused(page), 'Archive this room', 'the composer that came back takes it from nobody')
  })

  chapter('a dialog closes when what it asks is not to be asked any more', async () => {
    await grace.page.getByRole('button', { name: 'Add people' }).click()
    await grace.page.getByRole('dialog').waitFor()
    const second = await grace.context.newPage()
    await second.goto(new URL(grace.page.url()).pathname)
    await second.getByRole('button', { name: 'Archive this room' }).click()
    await second.getByRole('dialog').getByRole('button', { name: 'Archive this room' }).click()
    await grace.page.getByRole('dialog').waitFor({ state: 'detached' })
    await grace.page.getByRole('status').filter({ hasText: 'That has changed meanwhile.' }).waitFor()
    assert.notEqual(await focused(grace.page), null)
    await second.close()
  })

  chapter('the owner of the box makes another, and takes it back', async () => {
    const { page } = ada
    await profile(ada, 'Grace 葛')
    await page.getByRole('heading', { name: 'As an owner of the box' }).waitFor()
    await look(page, 'owner-acts')
    await act(page, 'Make an owner of the box')
    await page.getByRole('status').filter({ hasText: 'Grace 葛 owns the box, too, now' }).waitFor()
    await page.getByRole('button', { name: 'Take back the ownership' }).waitFor()
    assert.equal(await page.getByRole('button', { name: 'Delete the account' }).count(), 0)
    await profile(grace, 'Ada')
    await grace.page.getByRole('button', { name: 'Take back the ownership' }).click()
    await grace.page.getByRole('dialog').waitFor()
    await act(page, 'Take back the ownership')
    await grace.page.getByRole('dialog').waitFor({ state: 'detached' })
    await grace.page.getByRole('heading', { name: 'As an owner of the box' }).waitFor({ state: 'detached' })
  })

  chapter('whoever is signed out by the owner reads it, and signs in again', async () => {
    await profile(ada, 'Bob')
    await act(ada.page, 'Sign out everywhere')
    const { page } = bob
    await page.getByRole('heading', { name: 'You were signed out' }).waitFor()
    await page.getByText('The owner of the box signed you out').waitFor()
    await look(page, 'signed-out-by-owner')
    await page.getByRole('button', { name: 'Sign in again' }).click()
    await page.locator('input[name=password]').fill(PASSWORD)
    await page.locator('form button[type=submit]').click()
    await page.getByRole('navigation', { name: 'Main' }).first().waitFor()
  })

  chapter('and so does whoever was away when it happened, once', async () => {
    const { page } = bob
    await page.goto('about:blank')
    await act(ada.page, 'Sign out everywhere')
    await page.goto('/')
    await page.getByRole('heading', { name: 'You were signed out' }).waitFor()
    await page.getByRole('button', { name: 'Sign in again' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: /^Welcome to / }).waitFor()
    await bob.fillIn('/sign-in')
    await page.getByRole('navigation', { name: 'Main' }).first().waitFor()
  })

  chapter('the owner gives a code for a new password, which is shown once', async () => {
    const { page } = ada
    await profile(ada, 'Grace 葛')
    await page.getByRole('button', { name: 'Give a code to sign in' }).click()
    const dialog = page.getByRole('dialog', { name: 'A new password for Grace 葛' })
    await look(page, 'code-ask', WIDEST)
    await dialog.getByRole('button', { name: 'Make a code' }).click()
    await dialog.locator('.code').first().waitFor()
    code = await dialog.locator('p.code').textContent()
    assert.match(code, /^[a-z0-9]{4}-[a-z0-9]{4}$/)
    await dialog.getByRole('img', { name: /^QR code for / }).waitFor()
    link = await dialog.locator('.link').textContent()
    await look(page, 'code')
    await dialog.getByRole('button', { name: 'Close' }).last().click()
  })

  chapter(
    'its link leads to a form that needs a password only, and the code is left in no address',
    async () => {
      const laptop = await Person.at(browser, porch, 'Grace 葛')
      const { page } = laptop
      await page.goto(new URL(link).pathname + new URL(link).hash)
      await page.getByRole('heading', { name: 'A new password' }).waitFor()
      assert.equal(await page.getByLabel('Name').inputValue(), 'Grace 葛')
      assert.equal(await page.getByLabel('Code', { exact: true }).inputValue(), code)
      assert.equal(new URL(page.url()).hash, '')
      await page.getByRole('button', { name: 'Set the password' }).click()
      await page.getByText('A password needs at least 8 characters.').waitFor()
      await look(page, 'reset')
      await page.getByLabel('Code', { exact: true }).fill('aaaa-aaaa')
      await page.getByLabel('New password').fill(NEW_PASSWORD)
      await page.getByRole('button', { name: 'Set the password' }).click()
      await page.getByText('The name or the code is not right').waitFor()
      assert.equal(await focusedLabel(page), 'Code')
      await page.getByLabel('Code', { exact: true }).fill(code.toUpperCase())
      await page.getByRole('button', { name: 'Set the password' }).click()
      await laptop.chatRow('Kitchen').waitFor()
      assert.equal(new URL(page.url()).pathname, '/')
      await grace.page.getByRole('heading', { name: 'Your password was changed' }).waitFor()
      await look(grace.page, 'password-changed')
      await laptop.leave()
    },
  )

  chapter('a code is no good a second time, and the old password is none any more', async () => {
    const { page } = grace
    await page.getByRole('button', { name: 'I have a code' }).click()
    assert.equal(await page.getByLabel('Name').inputValue(), 'Grace 葛', 'who it was is known here')
    await page.getByLabel('Code', { exact: true }).fill(code)
    await page.getByLabel('New password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Set the password' }).click()
    await page.getByText('or the code has been used').waitFor()
    await grace.fillIn('/sign-in')
    await page.getByText('The name or the password is not right.').waitFor()
    await look(page, 'sign-in-with-code')
  })

  chapter('whose account is in use elsewhere moves it back here with the password alone', async () => {
    await grace.fillIn('/sign-in', NEW_PASSWORD)
    await grace.page.getByRole('button', { name: 'Use here' }).click()
    await grace.chatRow('Kitchen').waitFor()
    const laptop = await Person.at(browser, porch, 'Grace 葛')
    await laptop.fillIn('/sign-in', NEW_PASSWORD)
    await laptop.page.getByRole('button', { name: 'Use here' }).click()
    await grace.page.getByRole('heading', { name: 'Signed in elsewhere' }).waitFor()
    await grace.page.getByRole('button', { name: 'Use here again' }).click()
    await grace.page.getByText('You are signed out on the other device.').waitFor()
    await look(grace.page, 'use-here-again')
    await grace.page.locator('input[name=password]').fill(NEW_PASSWORD)
    await grace.page.locator('form button[type=submit]').click()
    await grace.chatRow('Kitchen').waitFor()
    await laptop.page.getByRole('heading', { name: 'Signed in elsewhere' }).waitFor()
    await laptop.leave()
  })

  chapter('whose account the owner deletes reads it, and there is nothing to come back to', async () => {
    await profile(ada, 'Bob')
    await ada.page.getByRole('button', { name: 'Delete the account' }).click()
    await look(ada.page, 'delete-account-of', WIDEST)
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Delete the account' }).click()
    await ada.page.getByRole('status').filter({ hasText: 'The account of Bob is deleted' }).waitFor()
    await ada.page.getByRole('heading', { name: 'People', exact: true }).waitFor()
    await ada.page.locator('a.row', { hasText: 'Bob' }).waitFor({ state: 'detached' })
    const { page } = bob
    await page.getByRole('heading', { name: 'Your account was deleted' }).waitFor()
    await look(page, 'account-deleted-by-owner')
    await page.getByRole('button', { name: 'To the start' }).click()
    await page.getByRole('heading', { name: /^Welcome to / }).waitFor()
  })

  chapter('who deletes the own account reads that it is done, and no old error on the way', async () => {
    const { page } = grace
    await page.goto('/me')
    await page.getByRole('button', { name: 'Delete my account' }).click()
    const password = page.getByLabel('Your password, to be sure it is you')
    await password.fill('a wrong password')
    await page.getByRole('button', { name: 'Delete for good' }).click()
    await page.getByText('The password is not right.').waitFor()
    await password.fill(NEW_PASSWORD)
    await page.getByText('The password is not right.').waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Delete for good' }).click()
    await page.getByRole('heading', { name: 'Your account is deleted' }).waitFor()
    await look(page, 'account-deleted')
  })

  chapter(
    'a guest without a password is told before and after signing out what leads back, and it does',
    async () => {
      const token = await inviteOfGuests(ada)
      zoe = await Person.at(browser, porch, 'Zoe', { ...PHONE, locale: 'zh-CN', colorScheme: 'dark' })
      const { page } = zoe
      await page.goto(`/j/${token}`)
      await page.getByLabel('你的名字').fill('Lin')
      await page.getByRole('button', { name: '加入', exact: true }).tap()
      await page.getByText('没有密码，或忘记了密码？请向主机所有者要一个登录码。').waitFor()
      await look(page, 'zh-dark-name-taken')
      await page.getByLabel('你的名字').fill('Zoe')
      // Stepping to another page while it is on its way cuts nothing off.
      const asked = page.waitForRequest((request) => request.method() === 'POST')
      await page.getByRole('button', { name: '加入', exact: true }).tap()
      await asked
      await page.goto('/me')
      await page.getByRole('button', { name: '退出登录', exact: true }).last().tap()
      await page.getByText('要凭主机所有者给的登录码才能回到这个账号').waitFor()
      await look(page, 'zh-dark-sign-out')
      await page.getByRole('dialog').getByRole('button', { name: '设置密码' }).tap()
      await page.getByRole('dialog', { name: '设置密码' }).getByLabel('新密码').waitFor()
      await page.getByRole('dialog').getByRole('button', { name: '取消' }).tap()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await page.getByRole('button', { name: '退出登录', exact: true }).last().tap()
      await page.getByRole('dialog').getByRole('button', { name: '退出登录' }).tap()
      await page.getByText('这个账号没有密码，无法自己再登录回来。').waitFor()
      await look(page, 'zh-dark-left')
      await page.getByRole('button', { name: '我有登录码' }).tap()
      await page.getByRole('heading', { name: '设置新密码' }).waitFor()
      await look(page, 'zh-dark-reset')
      await profile(ada, 'Zoe')
      await ada.page.getByRole('button', { name: 'Give a code to sign in' }).click()
      await ada.page.getByRole('button', { name: 'Make a code' }).click()
      const given = await ada.page.locator('p.code').textContent()
      await ada.page.keyboard.press('Escape')
      await page.getByLabel('名字', { exact: true }).fill('Zoe')
      await page.getByLabel('登录码', { exact: true }).fill(given)
      await page.getByLabel('新密码').fill(NEW_PASSWORD)
      await page.getByRole('button', { name: '设置密码' }).tap()
      await page
        .getByRole('link', { name: /^所有人/ })
        .first()
        .waitFor()
      await look(page, 'zh-dark-back')
    },
  )

  chapter('a browser that has lost its cookie is told so, and not that a stay has ended', async () => {
    await zoe.context.clearCookies()
    await zoe.page.reload()
    // It is welcomed as a new one, or told what happened where chats of hers were kept.
    await zoe.page.getByRole('heading', { name: /^(欢迎来到|你已退出登录)/ }).waitFor()
    // Opened from what was kept, it had begun to connect when the box said so.
    zoe.faults = zoe.faults.filter((fault) => !fault.includes('closed before the connection is established'))
    await lin.context.clearCookies()
    // The connection goes on until it is broken off; then the page asks.
    await lin.page.evaluate(() => window.dispatchEvent(new Event('pagehide')))
    await lin.page.evaluate(() =>
      window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })),
    )
    await lin.page.getByText('or its cookies were cleared').waitFor()
    // The browser says aloud that it was refused.
    lin.faults = lin.faults.filter((fault) => !fault.includes('HTTP Authentication failed'))
    await look(lin.page, 'cookie-lost')
  })

  chapter('nothing went wrong on any page', async () => {
    for (const person of everyone()) await person.leave()
  })
})

/** The row of somebody among the members. */
const row = (page, name) => page.locator('li', { has: page.locator('a.row', { hasText: name }) })

const menuOf = (page, name) => page.getByRole('button', { name: `What to do with ${name}` })

/** By what the element with the focus is called; null when nothing has it. */
const focused = (page) =>
  page.evaluate(() => {
    const active = document.activeElement
    if (!active || active === document.body) return null
    return active.getAttribute('aria-label') ?? active.textContent.trim()
  })

const focusedLabel = (page) => page.evaluate(() => document.activeElement.labels?.[0]?.textContent ?? null)

/** Presses an act of an owner, and says yes when asked. */
async function act(page, name) {
  await page.getByRole('button', { name }).click()
  await page.getByRole('dialog').getByRole('button', { name }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}
