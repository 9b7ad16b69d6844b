// A person without a browser: an account that speaks the protocol over a WebSocket, for what takes many people.

import { readFile } from 'node:fs/promises'
import https from 'node:https'
import WebSocket from 'ws'
import { upload } from './brought.js'
import { PASSWORD } from './person.js'

/** The version of the protocol that this speaks; see docs/protocol.md. */
const VERSION = 2
/** The box's name leads here. */
const lookup = (_host, options, found) =>
  options.all ? found(null, [{ address: '127.0.0.1', family: 4 }]) : found(null, '127.0.0.1', 4)

export class Voice {
  /** Registers `name` and connects. */
  static async join(porch, name) {
    const ca = await readFile(porch.caFile)
    const cookie = await register(porch, ca, name)
    const voice = new Voice()
    voice.#door = { porch, ca, lookup, cookie }
    voice.#socket = new WebSocket(`wss://porch.local:${porch.port}/ws`, {
      ca,
      lookup,
      headers: { cookie, origin: porch.url() },
    })
    await new Promise((resolve, reject) => {
      voice.#socket.on('error', reject)
      voice.#socket.on('open', () => voice.#send({ type: 'hello', version: VERSION, tab: 1, after: null }))
      voice.#socket.on('message', (frame) => {
        const message = JSON.parse(frame)
        if (message.type === 'error') voice.errors.push(message.code)
        voice.#asked.get(message.re)?.(message)
        if (message.type !== 'welcome') return
        voice.me = message.me
        resolve()
      })
    })
    return voice
  }

  #socket
  #door
  #said = 0
  #asked = new Map()
  /** What the box would not have. */
  errors = []

  /** Says it in a room; the box may refuse who says too much at once. */
  say(body, room = 1) {
    const id = `${Date.now()}-${++this.#said}`
    this.#send({ type: 'send', room, client_msg_id: id, body })
  }

  /** Brings files to a room, each `{ name, type, bytes }`, with what else is said of it: `alt`, `voice`. */
  async bring(files, body = '', room = 1) {
    const attachments = []
    for (const { name, type, bytes, ...said } of files)
      attachments.push({ upload: await upload(this.#door, { name, type, bytes }), ...said })
    this.#send({ type: 'send', room, client_msg_id: `${Date.now()}-${++this.#said}`, body, attachments })
  }

  /** Has the box do something; gives its answer. */
  command(command) {
    const re = this.#asked.size + 1
    const answer = new Promise((resolve) => this.#asked.set(re, resolve))
    this.#send({ type: 'command', re, command })
    return answer
  }

  leave() {
    this.#socket.close()
  }

  #send(message) {
    this.#socket.send(JSON.stringify(message))
  }
}

/** Several who speak in turn, so that nobody says more than one may: `perSecond` for `seconds`. Gives when the last was sent. */
export async function chorus(voices, { perSecond, seconds, text }) {
  const count = perSecond * seconds
  const begun = performance.now()
  for (let i = 0; i < count; i++) {
    const due = begun + (i * 1_000) / perSecond
    while (performance.now() < due) await new Promise((resolve) => setTimeout(resolve, 1))
    voices[i % voices.length].say(text(i, i === count - 1))
  }
  return Date.now()
}

function register(porch, ca, name) {
  return new Promise((resolve, reject) => {
    const request = https.request(`${porch.url()}/api/register`, {
      method: 'POST',
      ca,
      lookup,
      headers: { 'content-type': 'application/json', origin: porch.url() },
    })
    request.on('error', reject)
    request.on('response', (answer) => {
      answer.resume()
      const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0]
      if (answer.statusCode === 200 && cookie) resolve(cookie)
      else reject(new Error(`${name} may not register: ${answer.statusCode}`))
    })
    request.end(JSON.stringify({ name, password: PASSWORD }))
  })
}
