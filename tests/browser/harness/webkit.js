// WebKitGTK, through WebDriver as it comes over HTTP: no client library knows Debian's build.
//
// It has no store of its own to put a CA in, so it is told to accept the box's certificate; Chromium and Firefox check
// the chain. Every request has a deadline: some commands of this driver hang under a virtual screen.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { program, unless } from './present.js'
import { Tab } from './tab.js'

const DRIVER = program('WebKitWebDriver')
const SCREEN = program('Xvfb')
const BROWSER = readdirSync('/usr/lib')
  .map((folder) => `/usr/lib/${folder}/webkit2gtk-4.1/MiniBrowser`)
  .find(existsSync)
const REQUEST_MS_MAX = 30_000
/** The driver listens within this. */
const START_MS_MAX = 10_000
/** WebDriver's name for the key of an element's reference. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'

export const skip = unless('WebKitGTK', DRIVER, BROWSER, SCREEN)

/** One browser with one window. */
export class WebKit extends Tab {
  static async launch() {
    const screen = spawn(SCREEN, ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    const [display] = await once(screen.stdio[3], 'data')
    const env = {
      ...process.env,
      DISPLAY: `:${String(display).trim()}`,
      LIBGL_ALWAYS_SOFTWARE: '1',
      WEBKIT_DISABLE_DMABUF_RENDERER: '1',
    }
    const driver = spawn(DRIVER, ['--port=0'], { env, stdio: 'ignore' })
    const webkit = new WebKit(screen, driver)
    try {
      await webkit.#begin()
    } catch (error) {
      await webkit.close()
      throw error
    }
    return webkit
  }

  #screen
  #driver
  #base

  constructor(screen, driver) {
    super()
    this.#screen = screen
    this.#driver = driver
  }

  async #begin() {
    const root = `http://127.0.0.1:${await listeningPort(this.#driver.pid)}`
    const options = { binary: BROWSER, args: ['--automation'] }
    const capabilities = { alwaysMatch: { acceptInsecureCerts: true, 'webkitgtk:browserOptions': options } }
    const { sessionId } = await request('POST', `${root}/session`, { capabilities })
    this.#base = `${root}/session/${sessionId}`
    await this.#ask('POST', '/timeouts', { script: REQUEST_MS_MAX - 5_000 })
  }

  #ask(method, path, body) {
    return request(method, this.#base + path, body)
  }

  goto(url) {
    return this.#ask('POST', '/url', { url })
  }

  /** Done when the new page is there: the driver may answer while the old one still is. */
  async reload() {
    await this.evaluate(() => (window.isOld = true))
    await this.#ask('POST', '/refresh', {})
    while (await this.evaluate(() => window.isOld).catch(() => true)) await new Promise(setImmediate)
  }

  /** The value, awaited, of an expression in the page. */
  async run(source) {
    const script = `const done = arguments[arguments.length - 1];
      Promise.resolve().then(() => (${source})).then((value) => done({ value }), (error) => done({ error: String(error) }));`
    const { value, error } = await this.#ask('POST', '/execute/async', { script, args: [] })
    if (error) throw new Error(error)
    return value
  }

  async click(selector) {
    await this.#ask('POST', `/element/${await this.#find(selector)}/click`, {})
  }

  /** Presses keys in a field, as a person would. */
  async type(selector, text) {
    await this.#ask('POST', `/element/${await this.#find(selector)}/value`, {
      text,
    })
  }

  /** Such a field takes the names of files for keys, whether it is to be seen or not. */
  choose(selector, ...paths) {
    return this.type(selector, paths.join('\n'))
  }

  async drag([first, ...others]) {
    const at = ({ x, y }) => ({ type: 'pointerMove', duration: 0, x: Math.round(x), y: Math.round(y) })
    const mouse = {
      type: 'pointer',
      id: 'mouse',
      parameters: { pointerType: 'mouse' },
      actions: [
        at(first),
        { type: 'pointerDown', button: 0 },
        ...others.map(at),
        { type: 'pointerUp', button: 0 },
      ],
    }
    await this.#ask('POST', '/actions', { actions: [mouse] })
  }

  async #find(selector) {
    const found = await this.#ask('POST', '/element', { using: 'css selector', value: selector })
    return found[ELEMENT]
  }

  async close() {
    if (this.#base) await this.#ask('DELETE', '').catch(() => {})
    for (const child of [this.#driver, this.#screen]) {
      const ended = child.exitCode === null && once(child, 'exit')
      child.kill()
      await ended
    }
  }
}

async function request(method, url, body) {
  const answer = await fetch(url, {
    method,
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(REQUEST_MS_MAX),
  })
  const { value } = await answer.json()
  if (!answer.ok) throw new Error(`${method} ${url}: ${value.error}: ${value.message}`)
  return value
}

/** The port on which a process listens: the driver takes a free one and does not say which. */
async function listeningPort(pid) {
  const deadline = Date.now() + START_MS_MAX
  while (Date.now() < deadline) {
    const port = portOf(pid)
    if (port) return port
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('WebKitWebDriver does not listen')
}

function portOf(pid) {
  const folder = `/proc/${pid}/fd`
  const own = new Set(
    readdirSync(folder).flatMap((fd) => {
      try {
        return [/^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${fd}`))?.[1]]
      } catch {
        return [] // Closed since it was listed.
      }
    }),
  )
  const LISTENING = '0A'
  const rows = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .slice(1)
    .map((row) => row.trim().split(/\s+/))
  const row = rows.find((cells) => cells[3] === LISTENING && own.has(cells[9]))
  return row && Number.parseInt(row[1].split(':')[1], 16)
}
