/** A Vite plugin: of an icon's file only the drawing itself is shipped, without its frame and licence line. */
import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'

const ICON = /lucide-static[\\/]icons[\\/][\w-]+\.svg\?raw$/

export function bareIcons(): Plugin {
  return {
    name: 'porch-bare-icons',
    enforce: 'pre',
    load(id) {
      if (!ICON.test(id)) return null
      const drawing = readFileSync(id.replace(/\?raw$/, ''), 'utf8')
        .replace(/^[\s\S]*?<svg[^>]*>|<\/svg>\s*$/g, '')
        .replace(/\s+/g, ' ')
        .replace(/> </g, '><')
        .trim()
      return `export default ${JSON.stringify(drawing)}`
    },
  }
}
