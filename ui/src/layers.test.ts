/// <reference types="node" />
/** Holds the page's rooms to the layers of ARCHITECTURE.md, *The page*, and its files to an order among themselves. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'

const SRC = import.meta.dirname

/** What every room that draws may use. */
const BELOW = ['core', 'i18n', 'own', 'parts', 'style', 'wire']

/** Each room of the page and those it may import. A room that is not here has no place yet: give it one, in ARCHITECTURE.md too. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  wire: [],
  core: ['wire'],
  i18n: ['core', 'wire'],
  style: [],
  own: ['core', 'i18n', 'style', 'wire'],
  parts: ['core', 'i18n', 'own', 'style', 'wire'],
  monitor: ['core', 'own', 'wire'],
  camera: BELOW,
  doodle: [...BELOW, 'camera'],
  conversation: [...BELOW, 'doodle', 'emoji', 'sending', 'voice'],
  devices: BELOW,
  emoji: BELOW,
  first: BELOW,
  gallery: [...BELOW, 'conversation'],
  invites: BELOW,
  notify: BELOW,
  sending: [...BELOW, 'camera', 'doodle', 'emoji'],
  settings: [...BELOW, 'camera'],
  voice: [...BELOW, 'sending'],
  box: [...BELOW, 'first'],
  people: [...BELOW, 'box'],
  room: [...BELOW, 'box', 'conversation'],
  search: [...BELOW, 'conversation'],
  screens: [
    ...BELOW,
    'box',
    'camera',
    'conversation',
    'devices',
    'first',
    'gallery',
    'invites',
    'notify',
    'people',
    'room',
    'search',
    'settings',
  ],
  shell: [...BELOW, 'box', 'devices', 'monitor', 'notify', 'screens', 'sending', 'voice'],
}

/** Files beside the folders that come from the box's own source, and those that put the screens together. */
const WIRE = ['limits.ts', 'protocol.ts']
const SHELL = [
  'AfterFirst.svelte',
  'App.svelte',
  'Elsewhere.svelte',
  'LinkBanner.svelte',
  'Shell.svelte',
  'Tabs.svelte',
  'later.ts',
  'main.ts',
]

/** What no state may touch: the document, and what only a browser with one has. */
const DOM = /\b(document|window|navigator|location|localStorage|sessionStorage|HTMLElement)\b/

type Import = { readonly of: string; readonly isType: boolean }

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /\.(ts|svelte)$/.test(path) && !/\.test\.|\.d\.ts$|\/testing\//.test(path))
const texts = new Map(files.map((path) => [path, readFileSync(join(SRC, path), 'utf8')]))

test('the_page_is_seen', () => expect(files.length).toBeGreaterThan(150))

test('every_room_imports_only_what_its_layer_may', () => {
  const faults = files.flatMap((path) =>
    importsOf(path)
      .filter(({ of }) => roomOf(of) !== roomOf(path) && !LAYERS[roomOf(path)]?.includes(roomOf(of)))
      .map(({ of }) => `${path} -> ${of}`),
  )
  expect(faults).toEqual([])
})

test('no_file_needs_itself_by_way_of_others', () => {
  const done = new Set<string>()
  const circle = files.map((path) => circleFrom(path, [], done)).find((found) => found !== null)
  expect(circle?.join(' -> ')).toBeUndefined()
})

test('the_state_knows_no_document', () => {
  const faults = files.filter(
    (path) => roomOf(path) === 'core' && DOM.test(withoutComments(texts.get(path)!)),
  )
  expect(faults).toEqual([])
})

test('the_architecture_names_every_room', () => {
  const page = readFileSync(join(SRC, '../../ARCHITECTURE.md'), 'utf8').split('## The page')[1] ?? ''
  const arrows = [...page.matchAll(/^`(\w+)`(?:, `\w+`)* \((?:<- ([^)]*)|imports nothing)\)/gm)]
  const told = arrows.flatMap(([line, , below]) =>
    [...line.split('(')[0]!.matchAll(/`(\w+)`/g)].map(([, room]) => [room, named(below)] as const),
  )
  const meant = Object.entries(LAYERS).map(([room, below]) => [room, [...below].sort()] as const)
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(meant))
})

/** The rooms an arrow leads to; `below` stands for what every room that draws may use. */
function named(list: string | undefined): string[] {
  return (list ?? '')
    .split(', ')
    .flatMap((room) => (room === 'below' ? BELOW : room === '' ? [] : [room]))
    .sort()
}

function roomOf(path: string): string {
  const [first, ...rest] = path.split('/')
  if (rest.length > 0) return first!
  if (WIRE.includes(path)) return 'wire'
  return SHELL.includes(path) ? 'shell' : 'own'
}

function importsOf(path: string): Import[] {
  const found = texts
    .get(path)!
    .matchAll(/^(?:import|export)\b( type\b)?[^'"]*?'(\.[^']+)'|\bimport\('(\.[^']+)'\)/gm)
  return [...found].flatMap(([, type, from, lazy]) => {
    const target = normalize(join(dirname(path), (from ?? lazy)!)).replaceAll('\\', '/')
    const of = [target, `${target}.ts`, `${target}.svelte`, `${target}/index.ts`].find((one) =>
      texts.has(one),
    )
    return of ? [{ of, isType: type !== undefined }] : []
  })
}

/** A way of imports from this file back to one on it. Types are not counted: nothing of them is left when the page runs. */
function circleFrom(path: string, way: readonly string[], done: Set<string>): readonly string[] | null {
  if (way.includes(path)) return [...way.slice(way.indexOf(path)), path]
  if (done.has(path)) return null
  for (const { of, isType } of importsOf(path)) {
    const circle = isType ? null : circleFrom(of, [...way, path], done)
    if (circle) return circle
  }
  done.add(path)
  return null
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
}
