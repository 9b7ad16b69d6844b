import { vitePreprocess } from '@sveltejs/vite-plugin-svelte'

/** The names by which a component's style knows its elements, as short as they can be: each stands in script and style. */
const scopes = new Map()

export default {
  preprocess: vitePreprocess(),
  compilerOptions: {
    runes: true,
    // The page need not tell its version of Svelte to the tools of developers.
    discloseVersion: false,
    cssHash({ hash, filename }) {
      const scope = `s${hash(filename).slice(0, 4)}`
      if ((scopes.get(scope) ?? filename) !== filename) throw new Error(`${scope}: two components, one scope`)
      scopes.set(scope, filename)
      return scope
    },
  },
}
