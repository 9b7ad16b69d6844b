// Files that a voice brings to the box: uploads them by tus, and says them in a room.

import https from 'node:https'

const VERSION = { 'tus-resumable': '1.0.0' }
const base64 = (text) => Buffer.from(text).toString('base64')

/** Brings bytes to the box as whoever has `cookie`; gives what `send` calls the upload. */
export async function upload({ porch, ca, lookup, cookie }, { name, type, bytes }) {
  const ask = (method, path, headers, body) =>
    new Promise((resolve, reject) => {
      const request = https.request(porch.url() + path, {
        method,
        ca,
        lookup,
        headers: { ...VERSION, cookie, origin: porch.url(), ...headers },
      })
      request.on('error', reject)
      request.on('response', (answer) => {
        answer.resume()
        if (answer.statusCode < 300) resolve(answer)
        else reject(new Error(`${method} ${path}: ${answer.statusCode}`))
      })
      request.end(body)
    })
  const made = await ask('POST', '/api/uploads', {
    'upload-length': String(bytes.length),
    'upload-metadata': `filename ${base64(name)},filetype ${base64(type)}`,
  })
  const { pathname } = new URL(made.headers.location, porch.url())
  await ask(
    'PATCH',
    pathname,
    { 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
    bytes,
  )
  return pathname.split('/').at(-1)
}

/** A sound of so many milliseconds that every browser plays: one tone (WAVE, 8 bits, one channel). */
export function wave(ms, hz = 220) {
  const RATE = 8_000
  const samples = Buffer.alloc(Math.round((ms * RATE) / 1_000))
  for (let at = 0; at < samples.length; at++)
    samples[at] = 128 + Math.round(90 * Math.sin((2 * Math.PI * hz * at) / RATE))
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + samples.length, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(RATE, 24)
  header.writeUInt32LE(RATE, 28)
  header.writeUInt16LE(1, 32)
  header.writeUInt16LE(8, 34)
  header.write('data', 36)
  header.writeUInt32LE(samples.length, 40)
  return Buffer.concat([header, samples])
}

/** A picture that moves: two frames of one colour each (GIF89a), black and white. */
export function moving(edge) {
  const size = Buffer.alloc(4)
  size.writeUInt16LE(edge, 0)
  size.writeUInt16LE(edge, 2)
  const frame = (colour) =>
    Buffer.concat([
      Buffer.from([0x21, 0xf9, 4, 0, 30, 0, 0, 0, 0x2c, 0, 0, 0, 0]),
      size,
      Buffer.from([0, 2]),
      pixels(edge * edge, colour),
      Buffer.from([0]),
    ])
  return Buffer.concat([
    Buffer.from('GIF89a'),
    size,
    Buffer.from([0x80, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff]),
    Buffer.from([0x21, 0xff, 11]),
    Buffer.from('NETSCAPE2.0'),
    Buffer.from([3, 1, 0, 0, 0]),
    frame(0),
    frame(1),
    Buffer.from([0x3b]),
  ])
}

/** So many pixels of one colour, with the table of codes cleared before it grows: three bits for each code. */
function pixels(count, colour) {
  const CLEAR = 4
  const END = 5
  const codes = []
  for (let at = 0; at < count; at++) {
    if (at % 2 === 0) codes.push(CLEAR)
    codes.push(colour)
  }
  codes.push(END)
  const bytes = []
  let held = 0
  let bits = 0
  for (const code of codes) {
    held |= code << bits
    bits += 3
    for (; bits >= 8; bits -= 8) {
      bytes.push(held & 0xff)
      held >>= 8
    }
  }
  bytes.push(held & 0xff)
  const blocks = []
  for (let at = 0; at < bytes.length; at += 255) {
    const part = bytes.slice(at, at + 255)
    blocks.push(Buffer.from([part.length, ...part]))
  }
  return Buffer.concat(blocks)
}
