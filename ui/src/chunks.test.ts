import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { load } from './chunks'

class Link {
  rel = ''
  href = ''
  onload = () => {}
  onerror = () => {}
  remove = () => void links.splice(links.indexOf(this), 1)
}

let links: Link[]
let faults: number

beforeEach(() => {
  links = []
  faults = 0
  vi.stubGlobal('document', {
    createElement: () => new Link(),
    querySelector: (selector: string) =>
      links.find(({ href }) => selector === `link[href="${href}"]`) ?? null,
    head: { append: (link: Link) => links.push(link) },
  })
  vi.stubGlobal('dispatchEvent', () => faults++)
})

afterEach(() => vi.unstubAllGlobals())

test('a_chunk_comes_once_its_style_is_there_and_its_scripts_are_asked_for_at_once', async () => {
  let isThere = false
  const coming = load(async () => (isThere = true), ['a1.js', 'a1.css', 'a2.js'])
  expect(links.map(({ rel, href }) => `${rel} ${href}`)).toEqual([
    'modulepreload /a1.js',
    'stylesheet /a1.css',
    'modulepreload /a2.js',
  ])
  await Promise.resolve()
  expect(isThere).toBe(false)
  links[1]!.onload()
  expect(await coming).toBe(true)
  expect(faults).toBe(0)
})

test('the_style_that_the_page_began_with_is_not_asked_for_again', async () => {
  links = [Object.assign(new Link(), { rel: 'stylesheet', href: '/index.css' })]
  expect(await load(async () => 1, ['index.css'])).toBe(1)
  expect(links).toHaveLength(1)
})

test('what_was_asked_for_is_not_asked_for_again', async () => {
  const first = load(async () => 1, ['b.css'])
  const second = load(async () => 2, ['b.css', 'b.js'])
  expect(links.map(({ href }) => href)).toEqual(['/b.css', '/b.js'])
  links[0]!.onload()
  expect(await Promise.all([first, second])).toEqual([1, 2])
})

test('what_does_not_come_is_told_and_asked_for_anew', async () => {
  const failing = load(async () => 1, ['c.css'])
  links[0]!.onerror()
  await expect(failing).rejects.toThrow('/c.css')
  expect([faults, links.length]).toEqual([1, 0])
  const again = load(async () => 1, ['c.css'])
  links[0]!.onload()
  expect(await again).toBe(1)
  await expect(load(() => Promise.reject(new Error('no such chunk')))).rejects.toThrow('no such chunk')
  expect(faults).toBe(2)
})
