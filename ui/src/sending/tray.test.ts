import { expect, test, vi } from 'vitest'
import { ALT_CHARS_MAX } from '../limits'
import type { OpenedPicture } from './shrink'
import { Tray } from './tray.svelte'

const opened = vi.hoisted(() => ({ of: new Map<string, unknown>() }))
vi.mock('./shrink', () => ({ openPicture: async (file: File) => opened.of.get(file.name) ?? null }))

const file = (name: string, type: string, bytes = 4) => new File(['x'.repeat(bytes)], name, { type })
const small = file('cat.jpg', 'image/jpeg', 2)
const picture: OpenedPicture = {
  size: { width: 8_000, height: 4_000 },
  moves: false,
  thumb: new Blob(),
  small: { file: small, size: { width: 2_048, height: 1_024 } },
}

async function trayWith(...files: File[]): Promise<Tray> {
  const tray = new Tray()
  tray.add(files)
  await vi.waitFor(() => expect(tray.isReady).toBe(true))
  return tray
}

test('a_picture_goes_as_the_smaller_one_unless_it_is_to_go_as_it_is', async () => {
  opened.of.set('cat.heic', picture)
  const tray = await trayWith(file('cat.heic', 'image/heic', 9), file('log', ''))
  expect([tray.canShrink, tray.bytes]).toEqual([true, 6])
  tray.asTheyAre = true
  expect(tray.bytes).toBe(13)
  tray.asTheyAre = false
  tray.items[0]!.describe(' a cat\0 ')
  const { facts, blobs } = tray.take()
  expect(blobs[0]).toBe(small)
  expect(facts).toEqual([
    {
      name: 'cat.jpg',
      bytes: 2,
      media_type: 'image/jpeg',
      what: { type: 'picture', width: 2_048, height: 1_024, color: null, moves: false, alt: 'a cat' },
    },
    { name: 'log', bytes: 4, media_type: '', what: { type: 'file' } },
  ])
  expect([tray.items, tray.bytes]).toEqual([[], 0])
})

test('nothing_is_ready_before_it_was_looked_at', () => {
  const tray = new Tray()
  expect(tray.isReady).toBe(true)
  tray.add([file('a.mp4', 'video/mp4')])
  expect(tray.isReady).toBe(false)
})

test('things_are_moved_within_the_tray_and_not_out_of_it', async () => {
  const tray = await trayWith(file('a', ''), file('b', ''), file('c', ''))
  const names = () => tray.items.map((item) => item.file.name).join('')
  const [a, , c] = tray.items
  tray.move(a!, 2)
  expect(names()).toBe('bca')
  tray.move(c!, 0)
  expect(names()).toBe('cba')
  tray.move(c!, -1)
  tray.move(a!, 3)
  expect(names()).toBe('cba')
  tray.remove(c!)
  expect(names()).toBe('ba')
})

test('a_description_ends_where_the_box_would_not_take_more', async () => {
  const tray = await trayWith(file('a', ''))
  tray.items[0]!.describe('猫'.repeat(ALT_CHARS_MAX + 1))
  expect(tray.items[0]!.alt).toHaveLength(ALT_CHARS_MAX)
})
