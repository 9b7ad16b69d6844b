// Which programs are on this machine; and what to do about a browser that is not.

import { accessSync, constants } from 'node:fs'
import path from 'node:path'

/** The first of these programs that is on the PATH, or undefined. */
export function program(...names) {
  const folders = (process.env.PATH ?? '').split(path.delimiter)
  const candidates = names.flatMap((name) => folders.map((folder) => path.join(folder, name)))
  return candidates.find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** What to give `describe` or `test` as `skip`: a reason where a program is absent. In CI that is a failure instead. */
export function unless(browser, ...needs) {
  if (needs.every(Boolean)) return false
  const why = `${browser}, or a tool for driving it, is not installed (cargo xtask test says which)`
  if (process.env.CI === 'true' || process.env.CI === '1') throw new Error(why)
  return why
}
