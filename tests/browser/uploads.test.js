// Uploads by a client of tus that porch's makers did not write, cut off in each way that can be, and gone on with.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import https from 'node:https'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import * as tus from 'tus-js-client'
import { Porch } from './harness/porch.js'

/** Large enough to be cut several times. */
const BYTES = 24 << 20
const CHUNK = 4 << 20
/** Bytes at which the connection is cut, and then the box is killed. */
const CUTS_AT = [CHUNK + (1 << 20), 3 * CHUNK + (1 << 20)]

describe('uploads by tus', () => {
  let porch, agent, cookie

  before(async () => {
    porch = await Porch.start()
    agent = new https.Agent({ ca: await readFile(porch.caFile), servername: 'porch.local', keepAlive: true })
    cookie = await register('Ada')
  })

  after(async () => {
    agent?.destroy()
    await porch?.stop()
  })

  it('brings a file in one request, with its name in any script', async () => {
    const bytes = made(BYTES, 1)
    const upload = await sent(bytes, {
      metadata: { filename: '航海日志.bin', filetype: 'application/x-log' },
    })
    const told = await ask('HEAD', upload.url)
    assert.equal(Number(told.headers['upload-offset']), BYTES)
    const named = `filename ${Buffer.from('航海日志.bin').toString('base64')}`
    assert.equal(told.headers['upload-metadata'].split(',')[0], named)
    assert.ok((await blobs()).includes(sha256(bytes)))
  })

  it('goes on where it was after the connection was cut, and after the box was killed', async () => {
    const bytes = made(BYTES, 2)
    let cuts = 0
    let again
    // What the client does with the answer that does not come is its own affair: it asks, and goes on.
    const upload = await sent(bytes, {
      chunkSize: CHUNK,
      retryDelays: Array(20).fill(200),
      onProgress: (bytesSent) => {
        // In the midst of the second piece, and of the fourth.
        if (cuts === CUTS_AT.length || bytesSent < CUTS_AT[cuts]) return
        cuts += 1
        if (cuts === 1) agent.destroy()
        else again = porch.killAndRestart()
      },
    })
    await again
    assert.equal(cuts, CUTS_AT.length)
    assert.equal(Number((await ask('HEAD', upload.url)).headers['upload-offset']), BYTES)
    assert.ok((await blobs()).includes(sha256(bytes)))
  })

  it('keeps the same bytes once', async () => {
    const before = await blobs()
    await sent(made(BYTES, 1))
    assert.deepEqual(await blobs(), before)
  })

  it('is given up by its maker, and is gone', async () => {
    const upload = await sent(made(CHUNK, 3))
    await upload.abort(true)
    assert.equal((await ask('HEAD', upload.url)).statusCode, 404)
  })

  /** Uploads bytes to the end. */
  function sent(bytes, options = {}) {
    return new Promise((resolve, reject) => {
      const upload = new tus.Upload(bytes, {
        endpoint: `${porch.url()}/api/uploads`,
        headers: { Cookie: cookie },
        httpStack: new tus.DefaultHttpStack({ agent, lookup }),
        onError: reject,
        onSuccess: () => resolve(upload),
        ...options,
      })
      upload.start()
    })
  }

  async function register(name) {
    const body = JSON.stringify({ name, password: 'correct horse battery' })
    const reply = await ask('POST', `${porch.url()}/api/register`, body)
    assert.equal(reply.statusCode, 200)
    return reply.headers['set-cookie'].map((line) => line.split(';')[0]).join('; ')
  }

  function ask(method, url, body) {
    const headers = { 'Tus-Resumable': '1.0.0', ...(cookie && { Cookie: cookie }) }
    return new Promise((resolve, reject) => {
      const request = https.request(url, { method, agent, lookup, headers }, (reply) => {
        reply.resume()
        reply.on('end', () => resolve(reply))
      })
      request.on('error', reject)
      request.end(body)
    })
  }

  /** The hashes of all files that the box keeps. */
  async function blobs() {
    const folder = path.join(porch.folder, 'data/blobs')
    const found = []
    for (const first of await readdir(folder))
      for (const rest of await readdir(path.join(folder, first))) found.push(first + rest)
    return found.sort()
  }
})

/** The box's name leads to this machine. */
function lookup(_name, options, tell) {
  if (options.all) tell(null, [{ address: '127.0.0.1', family: 4 }])
  else tell(null, '127.0.0.1', 4)
}

function made(length, seed) {
  return Buffer.alloc(length, createHash('sha256').update(String(seed)).digest())
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}
