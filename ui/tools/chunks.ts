/** A Vite plugin: what comes later is loaded by `src/chunks.ts`, in place of what Vite has for that. */
import type { Plugin } from 'vite'

const VITES_OWN = '\0vite/preload-helper.js'
const OURS = `${import.meta.dirname}/../src/chunks.ts`

export function chunks(): Plugin {
  let isAsked = false
  return {
    name: 'porch-chunks',
    apply: 'build',
    enforce: 'pre',
    resolveId(id) {
      if (id !== VITES_OWN) return null
      isAsked = true
      return `\0porch-chunks`
    },
    load: (id) =>
      id === '\0porch-chunks' ? `export { load as __vitePreload } from ${JSON.stringify(OURS)}` : null,
    buildEnd() {
      if (!isAsked) throw new Error(`Vite asks for no ${VITES_OWN.slice(1)} any more`)
    },
  }
}
