// Starts the porch binary for one test file, on free ports and in a folder of its own, and stops it again.

import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const BINARY = process.env.PORCH_BINARY ?? path.join(ROOT, 'target/release/porch')
/** Where screenshots go. */
export const ARTIFACTS = process.env.PORCH_ARTIFACTS ?? path.join(ROOT, 'target/browser')

/** A porch answers within this, on a busy machine too. */
const START_MS_MAX = 30_000
/** It goes within this when asked to. */
const STOP_MS_MAX = 15_000

/** One running box. `port` is that of HTTPS; `caFile` is its CA as handed out over plain HTTP. */
export class Porch {
  /**
   * Starts a box with empty data, with `flags` where a test needs them; with `lastKnown` (milliseconds since 1970), one
   * that knows of a later time than its system's; of another `binary`, where two are compared.
   */
  static async start({ flags = [], lastKnown, binary = BINARY } = {}) {
    const folder = await mkdtemp(path.join(tmpdir(), 'porch-browser-'))
    const porch = new Porch(folder, flags, binary)
    try {
      await porch.#spawn('127.0.0.1:0')
      // A folder that was used and has no database is refused: it is used once.
      if (lastKnown !== undefined) await porch.restart({ lastKnown })
      porch.caFile = path.join(folder, 'ca.pem')
      await writeFile(porch.caFile, await get(`${porch.plainUrl}/ca.pem`))
    } catch (error) {
      await porch.stop()
      throw error
    }
    return porch
  }

  #child
  #ended
  #said = []
  #flags
  #binary
  #provoked = []

  constructor(folder, flags, binary) {
    this.#flags = flags
    this.#binary = binary
    /** A folder of this test's own, for profiles of browsers too. */
    this.folder = folder
  }

  /** The address under one of the names that the box answers to. */
  url(host = 'porch.local') {
    return `https://${host}:${this.port}`
  }

  /**
   * Ends the process in order and starts it again on the same data and port; with `lastKnown` (milliseconds since 1970),
   * as one that knows of a later time than its system's.
   */
  async restart({ lastKnown } = {}) {
    await this.end()
    const clock = JSON.stringify({ time: lastKnown, seq: 0 })
    if (lastKnown !== undefined)
      await writeFile(path.join(this.folder, 'data/clock.json'), clock, { mode: 0o600 })
    await this.#spawn(`127.0.0.1:${this.port}`)
  }

  /** Kills the process in the midst of its work, and starts it again on the same data and port. */
  async killAndRestart() {
    this.#child.kill('SIGKILL')
    await this.#ended
    await this.#spawn(`127.0.0.1:${this.port}`)
  }

  /** Asks the process to end, and waits until it has. */
  async end() {
    if (!this.#child || this.#child.exitCode !== null) return
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS_MAX)
    await this.#ended
    clearTimeout(timer)
  }

  /** Errors that fit are provoked by the test: what its pages tell of them is no fault. */
  provokes(pattern) {
    this.#provoked.push(pattern)
  }

  /** Ends the process, sees that no page of any browser has told it of an error, and takes its data away. */
  async stop() {
    try {
      await this.end()
      if (this.port) await this.#seeNoErrors()
    } finally {
      await rm(this.folder, { recursive: true, force: true })
    }
  }

  async #seeNoErrors() {
    const args = ['monitor', '--data-dir', path.join(this.folder, 'data')]
    const { errors } = JSON.parse((await promisify(execFile)(this.#binary, args)).stdout)
    const told = errors.map((error) => ({ ...error, what: `${error.name}: ${error.text}` }))
    const faults = told.filter(({ what }) => !this.#provoked.some((pattern) => pattern.test(what)))
    assert.deepEqual(faults, [], 'pages told the monitor of errors')
  }

  async #spawn(https) {
    const args = [
      '--data-dir',
      path.join(this.folder, 'data'),
      '--https',
      https,
      '--http',
      '127.0.0.1:0',
      // The browsers are told where the name leads, as if another program announced it.
      '--no-mdns',
      '--names',
      'porch.local',
      ...this.#flags,
    ]
    this.#child = spawn(this.#binary, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#said = []
    const hear = (line) => this.#said.push(line)
    createInterface({ input: this.#child.stderr }).on('line', hear)
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', resolve)
      this.#child.once('error', (error) => {
        hear(String(error))
        resolve()
      })
    })
    const addresses = await this.#addresses(hear)
    this.port = Number(new URL(addresses.https).port)
    this.plainUrl = addresses.http
  }

  /** The first address of each kind that it says it listens on. */
  #addresses(hear) {
    return new Promise((resolve, reject) => {
      const found = {}
      const fail = (why) => reject(new Error(`${this.#binary} ${why}; it said:\n${this.#said.join('\n')}`))
      const timer = setTimeout(() => fail('is not ready in time'), START_MS_MAX)
      this.#ended.then(() => {
        clearTimeout(timer)
        fail('has ended')
      })
      createInterface({ input: this.#child.stdout }).on('line', (line) => {
        hear(line)
        const [, url, scheme] = /listening on ((https?):\/\/\S+?)\/?$/.exec(line) ?? []
        if (url) found[scheme] ??= url
        if (found.http && found.https) {
          clearTimeout(timer)
          resolve(found)
        }
      })
    })
  }
}

/** The body of a plain HTTP answer. */
function get(url) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${url}: ${answer.statusCode}`))
      answer.setEncoding('utf8')
      let body = ''
      answer.on('data', (chunk) => (body += chunk))
      answer.on('end', () => resolve(body))
    })
    request.on('error', reject)
  })
}
