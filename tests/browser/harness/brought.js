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

/** Silence of so many milliseconds: Opus in Ogg (RFC 7845), each packet 20 ms of nothing (RFC 6716, section 3.2.1). */
export function silence(ms) {
  const RATE = 48_000
  const PACKET_MS = 20
  const PACKETS_OF_PAGE = 50
  const head = Buffer.alloc(19)
  head.write('OpusHead', 0)
  head.set([1, 1], 8)
  head.writeUInt32LE(RATE, 12)
  const tags = Buffer.alloc(16)
  tags.write('OpusTags', 0)
  const count = Math.ceil(ms / PACKET_MS)
  const pages = [page([head], 0, 0, 2), page([tags], 0, 1, 0)]
  for (let from = 0; from < count; from += PACKETS_OF_PAGE) {
    const to = Math.min(count, from + PACKETS_OF_PAGE)
    const packets = Array(to - from).fill(Buffer.from([0xf8]))
    pages.push(page(packets, (to * PACKET_MS * RATE) / 1_000, pages.length, to === count ? 4 : 0))
  }
  return Buffer.concat(pages)
}

/** A page of Ogg (RFC 3533, section 6): short packets, each in a segment of its own. */
function page(packets, samples, number, kind) {
  const header = Buffer.alloc(27)
  header.write('OggS', 0)
  header[5] = kind
  header.writeBigInt64LE(BigInt(samples), 6)
  header.writeUInt32LE(1, 14)
  header.writeUInt32LE(number, 18)
  header[26] = packets.length
  const whole = Buffer.concat([header, Buffer.from(packets.map(({ length }) => length)), ...packets])
  whole.writeUInt32LE(checksum(whole), 22)
  return whole
}

function checksum(bytes) {
  let sum = 0
  for (const byte of bytes) {
    sum ^= byte << 24
    for (let bit = 0; bit < 8; bit++) sum = sum & 0x80000000 ? (sum << 1) ^ 0x04c11db7 : sum << 1
  }
  return sum >>> 0
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

/** What the box takes for a film (WebM), and no browser can play: a track of pictures without any. */
export function film() {
  const element = (id, content) =>
    Buffer.concat([Buffer.from(id, 'hex'), Buffer.from([0x80 | content.length]), content])
  const track = Buffer.concat([element('83', Buffer.from([1])), element('86', Buffer.from('V_VP9'))])
  const tracks = element('1654ae6b', element('ae', track))
  return Buffer.concat([
    element('1a45dfa3', element('4282', Buffer.from('webm'))),
    element('18538067', tracks),
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
