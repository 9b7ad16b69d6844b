/** A Vite plugin: puts the source maps into a folder of their own, beside the page and not in it. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Plugin } from 'vite'

export function sourceMapsIn(folder: string): Plugin {
  return {
    name: 'porch-source-maps',
    apply: 'build',
    config: () => ({ build: { sourcemap: 'hidden' } }),
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        rmSync(folder, { recursive: true, force: true })
        mkdirSync(folder, { recursive: true })
        for (const [name, file] of Object.entries(bundle)) {
          if (!name.endsWith('.map')) continue
          if (file.type === 'asset') writeFileSync(path.join(folder, path.basename(name)), file.source)
          delete bundle[name]
        }
      },
    },
  }
}
