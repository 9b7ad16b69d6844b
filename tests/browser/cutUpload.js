// Brings a large file from a page and cuts it off again and again: `node cutUpload.js NOW`, the path of a porch binary.
//
// By turns the connection is lost, the page is loaded anew and the box is killed, 20 times in all, evenly over the file
// (PORCH_CUT_BYTES, 100 MiB). Prints from which byte each went on, and how far the box had it by then: never before the byte
// from which it went on last, nor before what had come unless the box was killed. In the end a browser's download of the
// message has the file's SHA-256. Ends with 1 where any of it is not so. A reload waits until the file lies on the device, as
// who is asked before the page goes does. The browser has a profile on the disk, as people's have: all that one without keeps
// lies in memory, and 2 GiB never do.

import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { launchOwn } from './harness/chromium.js'
import { Person, settings } from './harness/person.js'
import { Porch } from './harness/porch.js'

const BYTES = Number(process.env.PORCH_CUT_BYTES ?? 100 * 2 ** 20)
const CUTS = 20
const PIECE = 1 << 20
const WAYS = ['connection', 'reload', 'kill']
/** As fast as the file goes out in so long a time: what comes meanwhile is cut in its middle. A large one at 4 MiB/s. */
const OUT_MS = Math.max(60_000, (BYTES / (4 * 2 ** 20)) * 1_000)
/** Longer than the page waits before it tries again. */
const GIVEN_UP_MS = 120_000

const [binary] = process.argv.slice(2)
if (!binary) throw new Error('usage: node cutUpload.js NOW')

/** A file that no disk makes smaller; its SHA-256. */
async function made(file) {
  const handle = await open(file, 'w')
  const hash = createHash('sha256')
  for (let at = 0; at < BYTES; at += PIECE) {
    const piece = randomBytes(Math.min(PIECE, BYTES - at))
    hash.update(piece)
    await handle.write(piece)
  }
  await handle.close()
  return hash.digest('hex')
}

async function until(what, holds) {
  for (const begun = Date.now(); Date.now() - begun < GIVEN_UP_MS; await sleep(20)) {
    const value = await holds()
    if (value) return value
  }
  throw new Error(`${what}: not within ${GIVEN_UP_MS} ms`)
}

/** Hands on what comes to another port, not too fast, until it is cut. */
async function relay(port) {
  const open = new Set()
  const server = net.createServer((near) => {
    const far = net.connect(port, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ]) {
      open.add(one)
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
      one.on('error', () => {})
    }
    far.pipe(near)
    near.on('data', async (piece) => {
      near.pause()
      far.write(piece)
      await sleep((piece.length / BYTES) * OUT_MS)
      near.resume()
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  const close = () => {
    server.close()
    cut()
  }
  return { port: server.address().port, cut, close }
}

/** In the page: a file is kept beside its message, and so is the upload that brings it. */
async function liesOnTheDevice() {
  const heard = (asked) =>
    new Promise((resolve, reject) => {
      asked.onsuccess = () => resolve(asked.result)
      asked.onerror = () => reject(asked.error)
    })
  const db = await heard(indexedDB.open('porch'))
  const keys = await heard(db.transaction('outbox').objectStore('outbox').getAllKeys())
  db.close()
  return ['/0', '/0/upload'].every((end) => keys.some((key) => key.endsWith(end)))
}

const porch = await Porch.start({ binary })
const wire = await relay(porch.port)
/** The box as the page finds it. */
const door = Object.create(porch, { port: { value: wire.port } })
const { context } = await launchOwn(door, { trusts: true, ...settings(door) })
try {
  porch.provokes(/./)
  const file = path.join(porch.folder, 'large.bin')
  const sha256 = await made(file)
  const ada = await Person.in(context, door, 'Ada')
  await ada.join()
  await ada.openRoom('Everybody')
  const { page } = ada
  /** From where each part of it went out. */
  const from = []
  page.on('request', (request) => {
    if (request.method() === 'PATCH') from.push(Number(request.headers()['upload-offset']))
  })

  /** How far the box has it. */
  async function come() {
    const folder = path.join(porch.folder, 'data/uploads')
    const [name] = (await readdir(folder)).filter((name) => !name.includes('.'))
    if (!name) return 0
    return (await stat(path.join(folder, name)).catch(() => null))?.size ?? 0
  }

  const cut = {
    async connection() {
      await context.setOffline(true)
      wire.cut()
      await sleep(500)
      const at = await come()
      await context.setOffline(false)
      return at
    },
    async reload() {
      await until('the file lies on the device', () => page.evaluate(liesOnTheDevice))
      await page.goto('about:blank')
      await sleep(500)
      const at = await come()
      await page.goBack()
      return at
    },
    async kill() {
      await porch.killAndRestart()
      return come()
    },
  }

  await page.locator('.composer input[type=file]').setInputFiles(file)
  await page.locator('.composer button[type=submit]').click()
  let [again, faults, last] = [0, 0, 0]
  for (let at = 1; at <= CUTS; at++) {
    const target = Math.floor((BYTES * at) / (CUTS + 1))
    await until(`byte ${target}`, async () => (await come()) >= target)
    const way = WAYS[at % WAYS.length]
    const parts = from.length
    const had = await cut[way]()
    const next = await until('it goes on', () => from[parts])
    const isRight = next >= last && (way === 'kill' || next >= had)
    if (!isRight) faults += 1
    again += Math.max(0, had - next)
    last = next
    console.log(`${at}. ${way}: ${had} had come, went on from ${next}${isRight ? '' : ' WRONG'}`)
  }
  const sent = await until('the message', () =>
    page.evaluate(async () => {
      const answer = await fetch('/api/rooms/1/messages?limit=1').catch(() => null)
      return answer?.ok ? (await answer.json()).messages.find(({ attachments }) => attachments) : null
    }),
  )
  const link = page.locator('article a[download]').last()
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
  const hash = createHash('sha256')
  for await (const piece of createReadStream(await download.path())) hash.update(piece)
  const isSame = hash.digest('hex') === sha256 && sent.attachments[0].bytes === BYTES
  if (!isSame) faults += 1
  console.log(
    `${BYTES} bytes, ${CUTS} cuts: ${again} sent once more; the hash is ${isSame ? 'right' : 'WRONG'}`,
  )
  if (faults > 0) process.exitCode = 1
} finally {
  await context.close()
  wire.close()
  await porch.stop()
}
