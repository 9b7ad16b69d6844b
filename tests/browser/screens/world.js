// A box with people and rooms in it, as the screens are looked at: what has happened there, and how one gets to a screen.

import { film, moving, silence } from '../harness/brought.js'
import { Person } from '../harness/person.js'
import { picture } from '../harness/picture.js'
import { Voice } from '../harness/voice.js'

/** Whatever is to come is there by then; a screen that a binary does not have is not waited for longer. */
const WAIT_MS_MAX = 8_000

// As long as a name may be.
const LONG_NAME = 'Bartholomew Featherstonehaugh-Ch'
const LINES = Array.from({ length: 40 }, (_, at) => `Line ${at + 1} of what was read aloud`).join('\n')
const CODE =
  'Like this:\n```\nconst tide = await harbour.tide("high")\nif (tide.cm > 420) open(gate)\n```\nor `tide --now`.'

/** What is said in the room of texts, by somebody else and by the reader alike. */
export const TEXTS = [
  'Good evening. Who is cooking?',
  `This takes more than a line: ${'the ferry leaves at seven from the old pier, '.repeat(5)}and that is all`,
  '今天晚上谁做饭？我可以带一些蔬菜，再买两瓶果汁和一个西瓜，大家七点在门廊见。',
  'שלום לכולם, נפגשים בשבע',
  '☺ 😀 ✈',
  'So ☺ and 😀 stand in a line, with ❤ and 👩‍👩‍👧.',
  CODE,
  'See https://wiki.ship.lan/harbour/tides?month=november&year=2026#high or 192.168.1.20:8080/map',
  LINES,
]

export class World {
  static async make(porch, browser, stranger) {
    const world = new World(porch, browser, stranger)
    await world.#people()
    await world.#rooms()
    return world
  }

  #stays = []

  constructor(porch, browser, stranger) {
    this.porch = porch
    this.browser = browser
    /** A browser that does not trust the box. */
    this.stranger = stranger
  }

  async #people() {
    this.ada = await this.person('Ada')
    await this.ada.join()
    await this.ada.choosePicture(200)
    this.grace = await Voice.join(this.porch, 'Grace 葛')
    this.lin = await Voice.join(this.porch, '林晓梅')
    this.long = await Voice.join(this.porch, LONG_NAME)
    this.me = (await this.ask('GET', '/api/me')).user.id
  }

  async #rooms() {
    const { ada, grace, lin, long, me } = this
    const open = (by, name, access, members) => by.command({ type: 'create_room', name, access, members })
    this.texts = (await open(grace, 'Kitchen 厨房', 'open', [me])).room
    await open(lin, 'Boat house', 'open', [])
    await open(lin, 'Those who walk up the hill on Sundays whatever the weather', 'open', [me, long.me.id])
    this.direct = (await grace.command({ type: 'open_direct', user: me })).room
    for (const text of TEXTS) grace.say(text, this.texts)
    for (const text of TEXTS) grace.say(text, this.direct)
    await ada.page.goto(`/r/${this.texts}`)
    for (const text of TEXTS) await this.write(text)
    await ada.page.goto(`/r/${this.direct}`)
    for (const text of TEXTS) await this.write(text)
    this.brought = (await open(lin, 'Album 相册', 'closed', [me])).room
    await this.#bring(lin, this.brought)
    await ada.page.goto('/r/1')
    for (const text of ['The boat is back.', 'It lies at the old pier.', '钥匙在门后。'])
      await this.write(text)
    long.say('What a fine morning for it')
    lin.say('我们明天去爬山吗？')
    const token = {
      role: 'guest',
      once: false,
      ends_at: null,
      rooms: [this.texts],
      stay_s: 86_400,
      note: 'Summer party',
    }
    await this.command({ type: 'set_room', room: 1, setting: { guests: true } })
    this.invite = (await this.ask('POST', '/api/invites', { ...token, rooms: [1] })).invite
  }

  /** Of everything that is brought something, and much of some. */
  async #bring(by, room) {
    const png = (at, alt = '') => {
      const bytes = picture(160 + (at % 3) * 40, 120 + (at % 4) * 30, at * 41)
      return { name: `IMG_${2030 + at}.png`, type: 'image/png', bytes, alt }
    }
    const file = (name) => ({ name, type: 'application/octet-stream', bytes: Buffer.from('nothing at all') })
    const sound = (name, ms, more = {}) => ({ name, type: 'audio/ogg', bytes: silence(ms), ...more })
    const levels = Array.from({ length: 64 }, (_, at) => Math.round(120 + 110 * Math.sin(at / 3)))
    await by.bring([png(1, 'The boat at the old pier'), png(2), png(3, '旧码头的船')], 'The boat 小船', room)
    await by.bring(
      Array.from({ length: 10 }, (_, at) => png(4 + at)),
      '',
      room,
    )
    await by.bring([{ name: 'dance.gif', type: 'image/gif', bytes: moving(120) }], '', room)
    await by.bring([{ name: 'The harbour in the morning.webm', type: 'video/webm', bytes: film() }], '', room)
    const long = 'Protokoll der Sitzung vom zwölften November mit allen Anlagen (2).pdf'
    await by.bring([file(long), file('会议纪要.docx'), file('a.zip')], 'For Monday', room)
    await by.bring([sound('v.ogg', 4_000, { voice: { ms: 4_000, levels } })], '', room)
    await by.bring([sound('A long song about the sea and the ferry.ogg', 9_000)], '', room)
    by.say(`${TEXTS[7]} and https://example.com/${'a-long-way/'.repeat(9)}`, room)
    by.say('www.example.org', room)
  }

  /** Writes in the room that is open before the owner, and waits until the box has it. */
  async write(text) {
    const { page } = this.ada
    const own = page.locator('article.mine:not(.pending)')
    const field = page.locator('.composer textarea, footer textarea, textarea').first()
    await field.fill(text)
    const count = await own.count()
    await field.press('Enter')
    await page.waitForFunction(
      ([selector, count]) => document.querySelectorAll(selector).length > count,
      ['article.mine:not(.pending)', count],
    )
  }

  /** Asks the box over HTTP, as the owner. */
  ask(method, path, body) {
    return this.ada.page.evaluate(
      async ([method, path, body]) => {
        const headers = { 'content-type': 'application/json' }
        const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) })
        return answer.status === 204 ? null : answer.json()
      },
      [method, path, body],
    )
  }

  /** Has the box do something over a WebSocket of the owner's own, beside the page's. */
  command(command) {
    return this.ada.page.evaluate(
      (command) =>
        new Promise((resolve) => {
          const socket = new WebSocket(`wss://${location.host}/ws`)
          const send = (message) => socket.send(JSON.stringify(message))
          socket.onopen = () => send({ type: 'hello', version: 2, tab: 77, after: null })
          socket.onmessage = ({ data }) => {
            const message = JSON.parse(data)
            if (message.type === 'welcome') send({ type: 'command', re: 1, command })
            if (message.re !== 1) return
            socket.close()
            resolve(message)
          }
        }),
      command,
    )
  }

  /** Somebody at a page of their own. */
  async person(name, language = 'en') {
    const person = await Person.at(this.browser, this.porch, name)
    person.context.setDefaultTimeout(WAIT_MS_MAX)
    await speak(person.page, language)
    return person
  }

  /** Somebody who has registered, and goes when the screen has been looked at. */
  async newcomer(name, language, prepare = async () => {}) {
    const person = await this.person(name, language)
    this.#stays.push(person)
    await prepare(person.page)
    await person.fillIn('/join')
    await person.page.locator('nav a.row').first().waitFor()
    person.id = await person.page.evaluate(async () => (await (await fetch('/api/me')).json()).user.id)
    return person
  }

  /** A guest by the invite. */
  async guest(name, language) {
    const person = await this.person(name, language)
    this.#stays.push(person)
    await person.page.goto(`/j/${this.invite.token}`)
    await person.page.locator('input[name=username]').fill(name)
    await person.page.locator('form button[type=submit]').click()
    await person.page.locator('nav a.row').first().waitFor()
    person.id = await person.page.evaluate(async () => (await (await fetch('/api/me')).json()).user.id)
    return person
  }

  /** Leads to a screen, in a language; gives the page. */
  async go(place, language) {
    if (place.open) return place.open(this, language)
    const person = place.outside ? await this.person('Nobody', language) : this.ada
    if (place.outside) this.#stays.push(person)
    const { page } = person
    await speak(page, language)
    const path = typeof place.path === 'function' ? place.path(this) : place.path
    await page.goto(path)
    await page.waitForLoadState('networkidle')
    await place.arrive?.(page, this)
    await page.waitForLoadState('networkidle')
    return page
  }

  async leave(place, page) {
    await place.after?.(this, page)
    for (const person of this.#stays.splice(0)) await person.context.close()
  }

  /** After a screen that was not reached: as if nothing had been tried. */
  async recover() {
    for (const person of this.#stays.splice(0)) await person.context.close()
    await this.ada.page.unrouteAll({ behavior: 'ignoreErrors' })
    await this.porch.restart()
    await this.ask('PATCH', '/api/settings', { several_devices: false })
  }

  /** A page that goes with the screen. */
  keep(context) {
    this.#stays.push({ context })
  }
}

/** Has the page speak a language from its next load on. */
export async function speak(page, language) {
  await page.evaluate((language) => localStorage.setItem('porch.language', language), language)
}
