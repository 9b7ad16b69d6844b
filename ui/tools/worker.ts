/** A Vite plugin: emits `sw.js` with the list of files it keeps. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'

/** Kept besides what the build makes; they have no hash in their names. */
const PUBLIC_FILES = ['/icon.svg', '/icon-unread.svg', '/porch.webmanifest', '/old.js']

export function serviceWorker(source: string): Plugin {
  return {
    name: 'porch-service-worker',
    apply: 'build',
    generateBundle(_options, bundle) {
      const built = Object.keys(bundle).filter((name) => /^assets\/.*\.(js|css|svg)$/.test(name))
      const hash = createHash('sha256')
      for (const name of built.sort()) hash.update(name)
      const worker = readFileSync(source, 'utf8')
      hash.update(worker)
      for (const file of PUBLIC_FILES) hash.update(readFileSync(`public${file}`))
      const files = ['/', ...PUBLIC_FILES, ...built.map((name) => `/${name}`)]
      this.emitFile({
        type: 'asset',
        fileName: 'sw.js',
        source: `const VERSION = '${hash.digest('hex').slice(0, 12)}'\nconst FILES = ${JSON.stringify(files)}\n${worker}`,
      })
    },
  }
}
