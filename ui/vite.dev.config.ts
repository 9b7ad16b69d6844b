import { readFileSync } from 'node:fs'
import { mergeConfig } from 'vite'
import config from './vite.config.ts'

/**
 * What `cargo xtask dev` adds: the page from its sources, over a porch that runs. `PORCH_URL` is
 * that porch, `PORCH_LEAF` the file with its leaf and key, which this server shows too.
 */
const { PORCH_URL, PORCH_LEAF } = process.env
if (!PORCH_URL || !PORCH_LEAF) throw new Error('start this by `cargo xtask dev`')

const leaf = readFileSync(PORCH_LEAF)
// The Host stays as the browser sent it, so that porch sees a request from its own origin. Between
// this server and porch nothing is checked: both are on this machine.
const porch = { target: PORCH_URL, changeOrigin: false, secure: false }

export default mergeConfig(config, {
  server: {
    https: { cert: leaf, key: leaf },
    proxy: { '/api': porch, '/pictures': porch, '/ws': { ...porch, ws: true } },
  },
})
