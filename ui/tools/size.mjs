// Fails when a chunk is no module that a browser would take, or when the first load is more than it may be: every script and style the page needs before the
// chat can be used, gzipped, as the box sends it.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const LIMIT_BYTES = 60 * 1024

const html = readFileSync('dist/index.html', 'utf8')
const names = [...html.matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css))"/g)].map((match) => match[1])
if (names.length === 0) throw new Error('dist/index.html names no scripts: run `npm run build` first')

// The bundler has made one once that exported what it did not have.
for (const name of readdirSync('dist/assets').filter((name) => name.endsWith('.js'))) {
  const input = readFileSync(`dist/assets/${name}`)
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--check'], { input })
  if (status !== 0) throw new Error(`dist/assets/${name}: ${stderr}`)
}

let sum = 0
for (const name of names) {
  const path = `dist${name}`
  const bytes = existsSync(`${path}.gz`)
    ? readFileSync(`${path}.gz`).length
    : gzipSync(readFileSync(path)).length
  sum += bytes
  console.log(`${String(bytes).padStart(7)}  ${name}`)
}
console.log(`${String(sum).padStart(7)}  of ${LIMIT_BYTES} bytes, gzipped, before the chat can be used`)
if (sum > LIMIT_BYTES) {
  console.error('The first load is too large. Move what it does not need into a lazy chunk.')
  process.exit(1)
}
