/**
 * A Vite plugin: `virtual:icons` is the address of one file with all icons that `src/parts/icons.json` lists. Inside the
 * scripts they would be a twentieth of what is loaded before anything is seen, and be built one by one there.
 */
import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'

const NAME = 'virtual:icons'
const LIST = 'src/parts/icons.json'
/** Where the development server has the file. */
const SERVED_AT = '/icons.svg'

export function icons(): Plugin {
  let isBuild = false
  return {
    name: 'porch-icons',
    configResolved: ({ command }) => {
      isBuild = command === 'build'
    },
    resolveId: (id) => (id === NAME ? `\0${NAME}` : null),
    load(id) {
      if (id !== `\0${NAME}`) return null
      this.addWatchFile(LIST)
      if (!isBuild) return `export default ${JSON.stringify(SERVED_AT)}`
      const file = this.emitFile({ type: 'asset', name: 'icons.svg', source: sprite() })
      return `export default import.meta.ROLLUP_FILE_URL_${file}`
    },
    configureServer({ middlewares }) {
      middlewares.use(SERVED_AT, (_request, response) => {
        response.setHeader('content-type', 'image/svg+xml')
        response.end(sprite())
      })
    },
  }
}

function sprite(): string {
  const list = JSON.parse(readFileSync(LIST, 'utf8')) as Record<string, string>
  const symbols = Object.entries(list).map(
    ([name, file]) => `<symbol id="${name}" viewBox="0 0 24 24">${drawing(file)}</symbol>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`
}

/** What is drawn, without lucide's own frame and licence line. */
function drawing(file: string): string {
  return readFileSync(`node_modules/lucide-static/icons/${file}.svg`, 'utf8')
    .replace(/^[\s\S]*?<svg[^>]*>|<\/svg>\s*$/g, '')
    .replace(/\s+/g, ' ')
    .replace(/> </g, '><')
    .trim()
}
