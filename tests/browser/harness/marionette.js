// Firefox by its own remote protocol, Marionette, which also reaches the browser's dialogs: what a person presses there
// is pressed here. https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { appendFile, mkdir } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { program } from './present.js'
import { Tab } from './tab.js'

const FIREFOX = program('firefox-esr', 'firefox')
/** Firefox starts within this, on a busy machine too. */
const START_MS_MAX = 60_000
const WAIT_MS_MAX = 20_000
const LOOK_MS = 100

/** One Firefox with a profile of its own in `folder`, and its one window. */
export class Firefox extends Tab {
  static async launch(folder) {
    await mkdir(folder, { recursive: true })
    const prefs = {
      'marionette.port': 0,
      'browser.shell.checkDefaultBrowser': false,
      'datareporting.policy.dataSubmissionEnabled': false,
      'intl.accept_languages': 'en-US',
    }
    const lines = Object.entries(prefs).map(
      ([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`,
    )
    await appendFile(path.join(folder, 'user.js'), lines.join(''))
    const args = ['--headless', '--marionette', '--remote-allow-system-access', '--profile', folder]
    const child = spawn(FIREFOX, args, { stdio: 'ignore' })
    const firefox = new Firefox(child)
    try {
      await firefox.#connect(await port(folder))
      await firefox.#ask('WebDriver:NewSession', { capabilities: {} })
      await firefox.#ask('WebDriver:SetTimeouts', { script: 60_000 })
    } catch (error) {
      await firefox.close()
      throw error
    }
    return firefox
  }

  #child
  #ended
  #socket
  #heard = Buffer.alloc(0)
  #waiting = new Map()
  #asked = 0

  constructor(child) {
    super()
    this.#child = child
    this.#ended = new Promise((resolve) => child.once('exit', resolve))
  }

  async close() {
    this.#socket?.destroy()
    this.#child.kill('SIGTERM')
    await this.#ended
  }

  goto(url) {
    return this.#ask('WebDriver:Navigate', { url })
  }

  reload() {
    return this.#ask('WebDriver:Refresh')
  }

  /** Runs an expression in the page; a promise is waited for. */
  run(source) {
    return this.#script(source)
  }

  async click(selector) {
    const using = { using: 'css selector', value: selector }
    const found = await this.#ask('WebDriver:FindElement', using)
    const [id] = Object.values(found.value)
    await this.#ask('WebDriver:ElementClick', { id })
  }

  /** Waits until the page is at this address. */
  async arrival(url) {
    const deadline = Date.now() + WAIT_MS_MAX
    for (;;) {
      const { value } = await this.#ask('WebDriver:GetCurrentURL')
      if (value === url) return
      if (Date.now() > deadline) throw new Error(`at ${value} instead of ${url}`)
      await pause(LOOK_MS)
    }
  }

  /** Waits until a function of the browser's own interface gives something true; gives that. */
  async inBrowser(fn, ...args) {
    await this.#ask('Marionette:SetContext', { value: 'chrome' })
    try {
      const deadline = Date.now() + WAIT_MS_MAX
      for (;;) {
        const found = await this.#script(`(${fn})(...${JSON.stringify(args)})`)
        if (found) return found
        if (Date.now() > deadline) throw new Error(`in vain in the browser: ${fn}`)
        await pause(LOOK_MS)
      }
    } finally {
      await this.#ask('Marionette:SetContext', { value: 'content' })
    }
  }

  async #script(source) {
    const script = `const done = arguments[arguments.length - 1]
      Promise.resolve(${source}).then((found) => done({ found }), (error) => done({ error: String(error) }))`
    const { value } = await this.#ask('WebDriver:ExecuteAsyncScript', { script, args: [] })
    if (value.error) throw new Error(value.error)
    return value.found
  }

  #connect(port) {
    return new Promise((resolve, reject) => {
      this.#socket = net.connect(port, '127.0.0.1')
      this.#socket.once('error', reject)
      this.#socket.on('data', (chunk) => {
        this.#heard = Buffer.concat([this.#heard, chunk])
        this.#read(resolve)
      })
    })
  }

  /** Takes whole messages, `LENGTH:JSON`, off what was heard. */
  #read(greeted) {
    for (;;) {
      const colon = this.#heard.indexOf(':')
      const length = Number(this.#heard.subarray(0, Math.max(colon, 0)).toString())
      if (colon < 0 || this.#heard.length < colon + 1 + length) return
      const message = JSON.parse(this.#heard.subarray(colon + 1, colon + 1 + length).toString())
      this.#heard = this.#heard.subarray(colon + 1 + length)
      if (!Array.isArray(message)) {
        greeted()
        continue
      }
      const [, id, error, result] = message
      const { resolve, reject } = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error) reject(new Error(`${error.error}: ${error.message}`))
      else resolve(result)
    }
  }

  #ask(command, parameters = {}) {
    const id = ++this.#asked
    const message = JSON.stringify([0, id, command, parameters])
    this.#socket.write(`${Buffer.byteLength(message)}:${message}`)
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }
}

/** The port that Firefox says it listens on. */
async function port(folder) {
  const deadline = Date.now() + START_MS_MAX
  for (;;) {
    try {
      return Number(readFileSync(path.join(folder, 'MarionetteActivePort'), 'utf8'))
    } catch (error) {
      if (Date.now() > deadline) throw error
      await pause(LOOK_MS)
    }
  }
}
