/**
 * A Vite plugin: `virtual:emoji` is all emoji in one text, by which they are found in English and in Chinese, made of what
 * Unicode's CLDR says of them as `emojibase-data` has it. `src/emoji/set.ts` reads it: a line for each, an empty one before
 * each group, and in a line, with tabs between: the emoji; `t` if it takes a skin tone, and the version it came with unless
 * every system draws that; label and other words in English, these folded; the same in Chinese.
 */
import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'

const NAME = 'virtual:emoji'
const FOLDER = 'node_modules/emojibase-data'

/**
 * Of the browsers that can run the page, the oldest Safari (17.5) comes with systems that draw this, and so do Android 15,
 * Windows 11 and Debian 12. What is newer is an empty box for most; what an older system lacks the page leaves out itself.
 */
const VERSION_MAX = 15.1
/** Android 10 and Windows 10 draw these: nobody looks whether a device does. */
const VERSION_EVERYWHERE = 12
/** Skin tones and hair by themselves: parts of emoji, and none. */
const COMPONENTS = 2

type Skin = { readonly emoji: string; readonly tone: number | readonly number[] }
type Told = {
  readonly hexcode: string
  readonly emoji: string
  readonly label: string
  readonly tags?: readonly string[]
  readonly version: number
  readonly group?: number
  readonly order?: number
  readonly skins?: readonly Skin[]
}

export function emoji(): Plugin {
  return {
    name: 'porch-emoji',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : null),
    load: (id) => (id === `\0${NAME}` ? `export default ${JSON.stringify(table())}` : null),
  }
}

function table(): string {
  const chinese = new Map(read<Told[]>('zh/data.json').map((told) => [told.hexcode, told]))
  const codes = read<Record<string, string | string[]>>('en/shortcodes/github.json')
  const all = read<Told[]>('en/data.json')
    .filter(({ group, version }) => group !== undefined && group !== COMPONENTS && version <= VERSION_MAX)
    .sort((one, other) => one.order! - other.order!)
  const lines: string[] = []
  let group = all[0]?.group
  for (const told of all) {
    if (told.group !== group) lines.push('')
    group = told.group
    lines.push(line(told, [codes[told.hexcode] ?? []].flat(), chinese.get(told.hexcode)))
  }
  return lines.join('\n')
}

function line(told: Told, codes: readonly string[], chinese: Told | undefined): string {
  const { label, tags = [], version, skins = [] } = told
  const takesTone = skins.length > 0
  const flags = `${takesTone ? 't' : ''}${version > VERSION_EVERYWHERE ? version : ''}`
  const words = new Set(wordsOf(label))
  const others = tags.filter((tag) => !words.has(tag))
  const known = [...words, ...others.flatMap(wordsOf)]
  // What people know from elsewhere: one word that means this emoji alone, or words that find it otherwise not at all.
  const single = codes.filter((code) => !code.includes('_') && code !== label)
  const rest = codes.filter(
    (code) =>
      code.includes('_') && !wordsOf(code).every((word) => known.some((other) => other.startsWith(word))),
  )
  const zh = chinese?.label.replace(': ', '：') ?? ''
  const zhTags = (chinese?.tags ?? []).filter((tag) => !zh.includes(tag))
  const called = single.map((code) => `:${code}`)
  const english = [...called, ...others.filter((tag) => !single.includes(tag)), ...rest].map(folded)
  return [asListed(told.emoji), flags, label, english.join(' '), zh, zhTags.join().toLowerCase()].join('\t')
}

/** As Unicode lists it: what is drawn in colour by itself needs no sign that says so. */
function asListed(emoji: string): string {
  return emoji.replace(/^(\p{EPres})\ufe0f$/u, '$1')
}

/** As `src/parts/fold.ts` has it, of which English tags need no more; words with one space between, as `src/emoji/set.ts` wants them. */
function folded(tag: string): string {
  const plain = tag.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '')
  return plain.replace(/[^\p{L}\p{N}+:]+/gu, ' ')
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/[^\p{L}\p{N}+]+/u)
}

function read<T>(file: string): T {
  return JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as T
}
