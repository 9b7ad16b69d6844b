// The client's side of cross/smoke: the page, an account, and one message that comes back from the disk.
//
// Only Node's own modules, and the WebSocket by hand (RFC 6455): Node 20 has no client of its own without a flag, and
// a client that shares no code with porch finds what porch and its libraries agree on and others do not.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';

const [url, caFile] = process.argv.slice(2);
const ca = readFileSync(caFile, 'utf8').match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/)[0];
const body = 'Hello from another architecture 你好';

await page();
const cookie = await register();
await talk(cookie);

async function page() {
  const { status, text } = await ask('GET', '/');
  assert.equal(status, 200, text);
  assert.match(text, /^<!doctype html>/i);
}

async function register() {
  const { status, text, headers } = await ask('POST', '/api/register', { name: 'Ada', password: 'correct horse' });
  assert.equal(status, 200, text);
  assert.equal(JSON.parse(text).user.name, 'Ada');
  return headers['set-cookie'][0].split(';')[0];
}

async function talk(cookie) {
  const socket = await upgrade(cookie);
  const frames = read(socket);
  send(socket, { type: 'hello', version: 2, tab: 1, after: null });
  const { rooms } = await next(frames, 'welcome');
  const room = rooms.find((room) => room.kind === 'everyone').id;
  send(socket, { type: 'send', room, client_msg_id: 'smoke-1', body });
  const { events } = await next(frames, 'events');
  const { type, ...message } = events[0].what;
  assert.deepEqual([type, message.body, message.client_msg_id], ['message', body, 'smoke-1']);
  socket.destroy();
}

/** One HTTPS request that trusts this box's root and nothing else. */
function ask(method, path, json) {
  return new Promise((resolve, reject) => {
    const headers = json ? { 'content-type': 'application/json' } : {};
    const asked = request(new URL(path, url), { method, ca, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(json && JSON.stringify(json));
  });
}

function upgrade(cookie) {
  return new Promise((resolve, reject) => {
    const key = randomBytes(16).toString('base64');
    const headers = { connection: 'Upgrade', upgrade: 'websocket', cookie };
    Object.assign(headers, { 'sec-websocket-version': '13', 'sec-websocket-key': key });
    const asked = request(new URL('/ws', url), { ca, headers, agent: false });
    asked.on('upgrade', (response, socket, head) => {
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      assert.equal(response.headers['sec-websocket-accept'], accept);
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asked.on('response', (response) => reject(new Error(`no WebSocket: ${response.statusCode}`)));
    asked.on('error', reject);
    asked.end();
  });
}

/** One masked text frame of at most 125 bytes. */
function send(socket, message) {
  const payload = Buffer.from(JSON.stringify(message));
  assert.ok(payload.length <= 125);
  const mask = randomBytes(4);
  const masked = payload.map((byte, i) => byte ^ mask[i % 4]);
  socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), mask, masked]));
}

/** The text frames that come, parsed. A box does not split its messages. */
async function* read(socket) {
  let bytes = Buffer.alloc(0);
  for await (const part of socket) {
    bytes = Buffer.concat([bytes, part]);
    for (let frame = take(bytes); frame; frame = take(bytes)) {
      bytes = frame.rest;
      if (frame.opcode === 1) yield JSON.parse(frame.payload.toString('utf8'));
      assert.notEqual(frame.opcode, 8, `closed: ${frame.payload.subarray(2)}`);
    }
  }
}

/** The first frame of what has come, and the rest; nothing as long as it is not whole. */
function take(bytes) {
  if (bytes.length < 2) return null;
  let length = bytes[1] & 0x7f;
  const start = length === 126 ? 4 : length === 127 ? 10 : 2;
  if (bytes.length < start) return null;
  if (length === 126) length = bytes.readUInt16BE(2);
  if (length === 127) length = Number(bytes.readBigUInt64BE(2));
  const end = start + length;
  if (bytes.length < end) return null;
  return { opcode: bytes[0] & 0x0f, payload: bytes.subarray(start, end), rest: bytes.subarray(end) };
}

/** The next message of this type; others that come before it are passed over. */
async function next(frames, type) {
  for (;;) {
    const { done, value } = await frames.next();
    assert.ok(!done, `the connection ended before ${type}`);
    assert.notEqual(value.type, 'error', JSON.stringify(value));
    if (value.type === type) return value;
  }
}
