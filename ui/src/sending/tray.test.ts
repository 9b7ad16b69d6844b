import { expect, test, vi } from 'vitest'
import { ALT_CHARS_MAX, ATTACHMENTS_MAX } from '../limits'
import type { Attachment } from '../protocol'
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

let last: { facts: Attachment[]; blobs: Blob[] } | null

/** What was in it, where that goes out at once. */
function taken(tray: Tray): typeof last {
  last = null
  tray.take((facts, blobs) => (last = { facts, blobs }))
  return last
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
  const { facts, blobs } = taken(tray)!
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

test('what_is_sent_before_it_is_ready_goes_out_as_it_was_then', async () => {
  const tray = new Tray()
  tray.add([file('a', '')])
  const sent = taken(tray)
  expect(sent).toBeNull()
  expect([tray.items, tray.leaving, tray.holds]).toEqual([[], 1, true])
  tray.add([file('b', '')])
  await vi.waitFor(() => expect(tray.leaving).toBe(0))
  expect(last?.facts.map(({ name }) => name)).toEqual(['a'])
  expect(tray.items.map((item) => item.file.name)).toEqual(['b'])
})

test('what_is_taken_back_is_what_was_chosen_and_lies_before_what_was_added_since', async () => {
  opened.of.set('cat.heic', picture)
  const cat = file('cat.heic', 'image/heic', 9)
  const tray = await trayWith(cat)
  tray.items[0]!.describe('a cat')
  const { facts, blobs } = taken(tray)!
  tray.add([file('log', '')])
  expect(tray.putBack(facts, blobs)).toBe(0)
  expect(tray.items[0]!.file).toBe(cat)
  expect(tray.items.map((item) => [item.file.name, item.alt])).toEqual([
    ['cat.heic', 'a cat'],
    ['log', ''],
  ])
})

test('that_a_picture_was_to_go_as_it_is_comes_back_too_and_not_onto_what_was_added_since', async () => {
  opened.of.set('cat.heic', picture)
  const tray = await trayWith(file('cat.heic', 'image/heic', 9))
  tray.asTheyAre = true
  const { facts, blobs } = taken(tray)!
  expect(tray.asTheyAre).toBe(false)
  tray.putBack(facts, blobs)
  expect(tray.asTheyAre).toBe(true)
  await vi.waitFor(() => expect(tray.isReady).toBe(true))
  const again = taken(tray)!
  tray.add([file('cat.heic', 'image/heic', 9)])
  tray.putBack(again.facts, again.blobs)
  expect(tray.asTheyAre).toBe(false)
})

test('after_a_reload_comes_back_what_the_device_has_and_no_more_than_a_message_may_bring', async () => {
  const tray = new Tray()
  const facts = ['a', 'b', 'c'].map((name) => ({
    name,
    bytes: 1,
    media_type: '',
    what: { type: 'file' } as const,
  }))
  tray.add(Array.from({ length: ATTACHMENTS_MAX - 1 }, () => file('full', '')))
  expect(tray.putBack(facts, [null, new Blob(['b']), new Blob(['c'])])).toBe(1)
  expect(tray.items).toHaveLength(ATTACHMENTS_MAX)
  expect(tray.items[0]!.file.name).toBe('b')
})

test('a_voice_message_that_comes_back_goes_out_as_one_again', async () => {
  const tray = new Tray()
  const what = { type: 'voice', ms: 900, levels: [1, 2] } as const
  const facts = [
    { name: 'v.webm', bytes: 3, media_type: 'audio/webm', what: { ...what, levels: [...what.levels] } },
  ]
  tray.putBack(facts, [new Blob(['abc'])])
  await tray.items[0]!.looked
  expect(taken(tray)?.facts).toEqual(facts)
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
