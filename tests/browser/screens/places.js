// Every screen, and how one gets there. Nothing here is found by its text: the same way leads there in both languages.

import { PASSWORD } from '../harness/person.js'

const submit = (page) => page.locator('form button[type=submit]').first().click()

/** A guide for one device, as a browser that does not trust the box sees it. */
const guide = (device) => ({
  name: `guide-${device}`,
  async open(world, language) {
    const context = await world.stranger.newContext({ reducedMotion: 'reduce' })
    world.keep(context)
    const page = await context.newPage()
    await page.goto(`${world.porch.plainUrl}/?device=${device}&lang=${language}`)
    await page.locator('.state[data-text=waiting]').waitFor()
    return page
  },
})

/** What is seen when one's time here has ended by an act of somebody else. */
const ended = (name, act) => ({
  name: `ended-${name}`,
  async open(world, language) {
    const page = await act(world, language)
    await page.locator('main .picture svg').waitFor()
    return page
  },
})

/** What somebody sees to whose browser this was said of notifications. */
const notified = (name, permission, arrive) => ({
  name,
  async open(world, language) {
    // A name of nobody else: each is somebody new.
    const { page } = await world.newcomer(`Io ${name} ${language}`, language, (page) =>
      page.addInitScript((permission) => {
        Object.defineProperty(Notification, 'permission', { get: () => permission })
      }, permission),
    )
    await arrive(page)
    await page.waitForLoadState('networkidle')
    return page
  },
})

const toSettings = async (page) => {
  await page.goto('/me')
  await page.locator('.parts input[role=switch]').first().waitFor()
}

/** In the page: resolves when it listens for what is to be told, which it lets other tabs know. */
async function listens() {
  let names = []
  while (!names.includes('porch.visible'))
    names = (await navigator.locks.query()).held.map(({ name }) => name)
}

/** One's first words bring it. */
const toOffer = async (page) => {
  await page.goto('/r/1')
  await page.evaluate(listens)
  await page.locator('textarea').first().fill('Hello 你好')
  await page.keyboard.press('Enter')
  await page.locator('.shell > .top button').nth(1).waitFor()
}

const toToast = async (page) => {
  await page.locator('article').last().focus()
  await page.keyboard.press('Shift+F10')
  await page.locator('[role=menuitem]').first().click()
  // It stays while somebody points at it.
  await page.locator('.toast').hover()
}

/** Chooses one of the ways in which something comes to a message. */
const attach = async (page, way) => {
  await page.locator('.composer button[aria-haspopup=menu]').click()
  await page.locator('[role=menuitem]').nth(way).click()
}

/** With a line, in the first tool or another. */
const toDoodle = async (page, tool = 0) => {
  await attach(page, 2)
  const pad = await page.locator('.pad').boundingBox()
  await page.mouse.move(pad.x + pad.width * 0.4, pad.y + pad.height * 0.4)
  await page.mouse.down()
  await page.mouse.move(pad.x + pad.width * 0.6, pad.y + pad.height * 0.6, { steps: 5 })
  await page.mouse.up()
  await page.locator('.tools .choice').nth(tool).click()
}

/** The details of a room of which one wants to hear so much. */
const heardOf = (notify) => ({
  name: `details-notify-${notify}`,
  path: (world) => `/r/${world.texts}/details`,
  async arrive(page, world) {
    await world.command({ type: 'set_notify', room: world.texts, notify })
    const input = page.locator(`input[type=radio][value=${notify}]`)
    await input.and(page.locator(':checked')).waitFor({ state: 'attached' })
  },
  after: (world) => world.command({ type: 'set_notify', room: world.texts, notify: 'mine' }),
})

const OUTSIDE = [
  { name: 'welcome', outside: true, path: '/' },
  { name: 'join', outside: true, path: '/join' },
  {
    name: 'join-refused',
    outside: true,
    path: '/join',
    async arrive(page) {
      await page.locator('input[name=username]').fill('Ada')
      await page.locator('input[name=password]').fill('short')
      await submit(page)
      await page.locator('[aria-invalid]').first().waitFor()
    },
  },
  { name: 'sign-in', outside: true, path: '/sign-in' },
  {
    name: 'sign-in-refused',
    outside: true,
    path: '/sign-in',
    async arrive(page) {
      await page.locator('input[name=username]').fill('Ada')
      await page.locator('input[name=password]').fill('not the right one')
      await submit(page)
      await page.locator('[role=alert]:visible').first().waitFor()
    },
  },
  {
    name: 'use-here',
    outside: true,
    path: '/sign-in',
    async arrive(page) {
      await page.locator('input[name=username]').fill('Ada')
      await page.locator('input[name=password]').fill(PASSWORD)
      await submit(page)
      await page.locator('main ul li').first().waitFor()
    },
  },
  { name: 'reset', outside: true, path: '/reset' },
  { name: 'invited', outside: true, path: (world) => `/j/${world.invite.token}` },
  { name: 'invited-no-more', outside: true, path: '/j/abcdefghijklmnopqrstuv' },
  ended('taken-over', async (world, language) => {
    const bo = await world.newcomer(`Bo ${language}`, language)
    const elsewhere = await world.person(`Bo ${language}`, language)
    world.keep(elsewhere.context)
    await elsewhere.fillIn('/sign-in')
    await elsewhere.page.locator('main ul li').first().waitFor()
    await elsewhere.page.locator('.actions button').first().click()
    await elsewhere.page.locator('nav a.row').first().waitFor()
    return bo.page
  }),
  ended('stay', async (world, language) => {
    const guest = await world.guest(`Gus ${language}`, language)
    await world.ask('DELETE', `/api/people/${guest.id}`)
    return guest.page
  }),
  ended('by-owner', async (world, language) => {
    const cy = await world.newcomer(`Cy ${language}`, language)
    await world.ask('DELETE', `/api/people/${cy.id}/sessions`)
    return cy.page
  }),
  ended('deleted', async (world, language) => {
    const dee = await world.newcomer(`Dee ${language}`, language)
    await world.ask('DELETE', `/api/people/${dee.id}/account`)
    return dee.page
  }),
  guide('ios'),
  guide('android'),
  guide('windows'),
]

const toFirst = (page) =>
  page.locator('.viewport').evaluate((list) => {
    list.scrollTop = 0
  })

const INSIDE = [
  { name: 'chats', path: '/' },
  { name: 'room', path: '/r/1' },
  { name: 'doodle', path: '/r/1', arrive: (page) => toDoodle(page) },
  { name: 'doodle-stamps', path: '/r/1', arrive: (page) => toDoodle(page, 2) },
  {
    name: 'no-camera',
    path: '/r/1',
    async arrive(page) {
      await attach(page, 1)
      await page.locator('dialog [role=alert]').waitFor()
    },
  },
  { name: 'room-texts', path: (world) => `/r/${world.texts}` },
  { name: 'room-texts-begin', path: (world) => `/r/${world.texts}`, arrive: toFirst },
  { name: 'direct', path: (world) => `/r/${world.direct}` },
  { name: 'direct-begin', path: (world) => `/r/${world.direct}`, arrive: toFirst },
  {
    name: 'room-new',
    path: '/people',
    async arrive(page, world) {
      for (let line = 1; line <= 6; line++) world.lin.say(`News ${line} 新消息`)
      await page.goto('/r/1')
      await page.locator('.new').waitFor()
    },
  },
  {
    name: 'message-menu',
    path: '/r/1',
    async arrive(page) {
      await page.locator('article').last().focus()
      await page.keyboard.press('Shift+F10')
      await page.locator('[role=menuitem]').first().waitFor()
    },
  },
  {
    name: 'message-delete',
    path: '/r/1',
    async arrive(page) {
      await page.locator('article.mine').last().focus()
      await page.keyboard.press('Delete')
      await page.locator('dialog[open]').waitFor()
    },
    after: (_, page) => page.keyboard.press('Escape'),
  },
  { name: 'toast', path: '/r/1', arrive: toToast },
  {
    name: 'find',
    path: (world) => `/r/${world.texts}`,
    async arrive(page) {
      await page.keyboard.press('Control+f')
      await page.locator('.here input').fill('ferry')
      await page.locator('.here .count').waitFor()
    },
  },
  { name: 'details', path: '/r/1/details' },
  { name: 'details-room', path: (world) => `/r/${world.texts}/details` },
  ...['all', 'mine', 'none'].map(heardOf),
  { name: 'details-direct', path: (world) => `/r/${world.direct}/details` },
  { name: 'gallery-pictures', path: (world) => `/r/${world.brought}/pictures` },
  { name: 'gallery-sounds', path: (world) => `/r/${world.brought}/sounds` },
  { name: 'gallery-files', path: (world) => `/r/${world.brought}/files` },
  { name: 'gallery-links', path: (world) => `/r/${world.brought}/links` },
  { name: 'gallery-nothing', path: '/r/1/files' },
  { name: 'room-not-mine', path: '/r/99' },
  {
    name: 'room-preview',
    path: '/new-chat',
    async arrive(page) {
      const id = await page.evaluate(async () => {
        const { rooms } = await (await fetch('/api/rooms')).json()
        return rooms.find((room) => room.name === 'Boat house').id
      })
      await page.goto(`/r/${id}`)
      await page.locator('main footer button').waitFor()
    },
  },
  { name: 'people', path: '/people' },
  { name: 'person', path: (world) => `/people/${world.grace.me.id}` },
  { name: 'person-long', path: (world) => `/people/${world.long.me.id}` },
  { name: 'person-self', path: '/people/1' },
  { name: 'search', path: '/search' },
  { name: 'search-found', path: '/search?q=ferry' },
  { name: 'search-brought', path: '/search?q=IMG_2031+pier' },
  { name: 'search-has', path: '/search?has=picture' },
  { name: 'search-chinese', path: `/search?q=${encodeURIComponent('爬山')}` },
  { name: 'search-nothing', path: '/search?q=unheardof' },
  { name: 'new-chat', path: '/new-chat' },
  { name: 'new-room', path: '/new-room' },
  {
    name: 'new-room-refused',
    path: '/new-room',
    async arrive(page) {
      await submit(page)
      await page.locator('[aria-invalid]').first().waitFor()
    },
  },
  { name: 'settings', path: '/me' },
  notified('settings-notify', 'granted', async (page) => {
    await toSettings(page)
    // The last of the section: the hours are below it.
    await page.locator('.parts input[role=switch]').last().click()
    await page.locator('input[type=time]').first().waitFor()
  }),
  notified('settings-notify-ask', 'default', toSettings),
  notified('settings-notify-denied', 'denied', toSettings),
  notified('notify-offer', 'default', toOffer),
  { name: 'box', path: '/box' },
  {
    name: 'box-checked',
    path: '/box',
    async arrive(page) {
      await page.locator('.screen-body button').first().click()
      await page.locator('.summary[tabindex]').waitFor()
    },
  },
  { name: 'invites', path: '/invites' },
  { name: 'invite', path: (world) => `/invites/${world.invite.id}` },
  { name: 'new-invite', path: '/new-invite' },
  { name: 'not-found', path: '/nowhere' },
  {
    name: 'keys',
    path: '/r/1',
    async arrive(page) {
      await page.locator('article').last().focus()
      await page.keyboard.press('?')
      await page.locator('dialog[open]').waitFor()
    },
  },
  {
    name: 'switcher',
    path: '/',
    async arrive(page) {
      await page.keyboard.press('Control+k')
      await page.locator('dialog[open]').waitFor()
    },
  },
  // A sheet of paper is as wide as it is.
  { name: 'poster', isPaper: true, open: (world, language) => poster(world, language) },
  {
    name: 'guest',
    async open(world, language) {
      const { page } = await world.guest(`Gil ${language}`, language)
      await page.waitForLoadState('networkidle')
      return page
    },
  },
  {
    name: 'new-place',
    async open(world, language) {
      await world.ask('PATCH', '/api/settings', { several_devices: true })
      const ed = await world.newcomer(`Ed ${language}`, language)
      const elsewhere = await world.person(`Ed ${language}`, language)
      world.keep(elsewhere.context)
      await elsewhere.fillIn('/sign-in')
      await elsewhere.page.locator('nav a.row').first().waitFor()
      await ed.page.locator('.top button').first().waitFor()
      return ed.page
    },
    after: (world) => world.ask('PATCH', '/api/settings', { several_devices: false }),
  },
]

async function poster(world, language) {
  const page = await world.ada.context.newPage()
  await page.goto(`/poster?lang=${language}`)
  world.keep(page)
  return page
}

/** Last: the box is not there for these. */
const AWAY = [
  {
    name: 'load-fault',
    async open(world, language) {
      const { page } = await world.newcomer(`Fay ${language}`, language, (page) =>
        page.route('**/messages?*', (route) => route.abort()),
      )
      await page.goto('/r/1')
      await page.locator('.timeline button').first().waitFor()
      return page
    },
  },
  {
    name: 'away-room',
    path: '/r/1',
    async arrive(page, world) {
      await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
      await world.porch.end()
      await page.locator('textarea').first().fill('Written while the box is away')
      await page.keyboard.press('Enter')
      await page.locator('article.pending').waitFor()
      // What is said of it by then stays.
      await page.locator('.top > *').first().waitFor()
    },
    after: (world) => world.porch.restart(),
  },
]

export const PLACES = [...OUTSIDE, ...INSIDE, ...AWAY]
