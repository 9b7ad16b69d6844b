// Names the lines of our sources behind the stacks that a box has saved ("Save as a file", `porch monitor`): reads the file,
// or what is typed with `-`, and the source maps that the build has put aside. Those of another build fit nothing.
import { existsSync, readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import path from 'node:path'

const [file, maps = 'maps'] = process.argv.slice(2)
const text = readFileSync(file === '-' ? 0 : file, 'utf8')
const known = new Map()

/** The source map of a script; null where this build has none. */
function mapOf(script) {
  const place = path.join(maps, `${path.basename(script)}.map`)
  if (!known.has(script)) {
    known.set(script, existsSync(place) ? new SourceMap(JSON.parse(readFileSync(place, 'utf8'))) : null)
  }
  return known.get(script)
}

/** "src/parts/Menu.svelte:40:8 (openAt)" for "Menu-BQ1zxv8F.js:1:812". Lines and columns count from 1. */
function named(frame) {
  const [, script, line, column] = /([\w.-]+\.js):(\d+):(\d+)/.exec(frame) ?? []
  const map = script && mapOf(script)
  if (!map) return script ? `${frame} (of another build: no map)` : frame
  const entry = map.findEntry(Number(line) - 1, Number(column) - 1)
  if (!entry.originalSource) return frame
  const source = entry.originalSource.replace(/^(\.\.\/)+/, '')
  const name = entry.name ? ` (${entry.name})` : ''
  return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}${name}`
}

/** A saved file; or any text in which scripts are named, such as a browser's own stack. */
function errorsIn(text) {
  try {
    return JSON.parse(text).errors
  } catch {
    return null
  }
}

const errors = errorsIn(text)
if (errors) {
  for (const { name, text, count, stack } of errors) {
    console.log(`${name}: ${text || '…'} (${count}×)`)
    for (const frame of stack) console.log(`    at ${named(frame)}`)
  }
} else {
  console.log(text.replace(/(?:https?:\/\/[^\s()]*\/)?[\w.-]+\.js:\d+:\d+/g, named).trimEnd())
}
