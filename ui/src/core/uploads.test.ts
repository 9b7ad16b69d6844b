import 'fake-indexeddb/auto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Attachment, ClientMessage, UploadId } from '../protocol'
import { KeptFiles } from './keptFiles'
import { KeptStore } from './keptStore'
import { Outbox } from './outbox'
import type { Pending } from './room.svelte'
import {
  BRINGING_AT_ONCE_MAX,
  STALLED_MS,
  type UploadHearer,
  Uploads,
  type UploadsWorld,
} from './uploads.svelte'

const ADA = '1.1790000000000'

type Try = { file: Blob; name: string; upload: UploadId | null; hear: UploadHearer; isEnded: boolean }

/** One tab of the browser: what it sends, and what it asks of the box about uploads. */
class Tab {
  readonly sent: Extract<ClientMessage, { type: 'send' }>[] = []
  readonly tries: Try[] = []
  readonly removed: UploadId[] = []
  readonly shown = new Map<number, readonly Pending[]>()
  readonly outbox: Outbox
  readonly files: KeptFiles
  readonly uploads: Uploads
  connected = true
  now = 0
  /** What ends the tab lets go of its locks. */
  readonly #releases: (() => void)[] = []

  constructor(store: KeptStore, locks: Locks) {
    this.outbox = new Outbox(
      store,
      (message) => {
        if (this.connected && message.type === 'send') this.sent.push(message)
        return this.connected
      },
      (room, pending) => this.shown.set(room, pending),
    )
    this.files = new KeptFiles(store, { has: () => mayKeep })
    const world: UploadsWorld = {
      bring: (file, { name }, upload, hear) => {
        const one: Try = { file, name, upload, hear, isEnded: false }
        this.tries.push(one)
        return () => (one.isEnded = true)
      },
      remove: (upload) => void this.removed.push(upload),
      alone: (name, signal, work) => {
        const ended = new Promise<void>((resolve) => this.#releases.push(resolve))
        return locks.alone(name, signal, () => Promise.race([work(), ended]))
      },
      now: () => this.now,
    }
    this.uploads = new Uploads(this.outbox, this.files, world)
  }

  async open(): Promise<this> {
    this.outbox.uploadBy(this.uploads)
    await this.outbox.load(ADA)
    return this
  }

  /** It is closed, or crashes. */
  close(): void {
    for (const one of this.tries) one.isEnded = true
    for (const release of this.#releases) release()
  }

  async add(room: number, body: string, id: string, ...names: string[]): Promise<void> {
    const facts = names.map((name): Attachment => {
      const what =
        name === 'cat'
          ? ({ type: 'picture', width: 4, height: 2, color: null, moves: false, alt: 'a cat' } as const)
          : ({ type: 'file' } as const)
      return { name, bytes: 4, media_type: '', what }
    })
    this.files.hold(
      facts,
      names.map((name) => new Blob([name.padEnd(4)])),
    )
    this.outbox.add(room, body, id, 0, { attachments: facts })
    await this.files.keep({ client_msg_id: id, account: ADA, attachments: facts })
  }

  /** The try that is on its way for a file of this name. */
  trying(name: string): Promise<Try> {
    return vi.waitFor(() => {
      const one = this.tries.find((other) => other.name === name && !other.isEnded)
      if (!one) throw new Error(`nothing brings ${name}`)
      return one
    })
  }

  async bring(name: string, upload: UploadId): Promise<void> {
    const one = await this.trying(name)
    one.hear.begun(upload)
    one.hear.came(4)
    one.isEnded = true
    one.hear.done()
  }

  async fail(
    name: string,
    code: Parameters<UploadHearer['failed']>[0]['code'],
    retryMs?: number,
  ): Promise<void> {
    const one = await this.trying(name)
    one.isEnded = true
    one.hear.failed({ code, retryMs })
  }

  failed(room = 1) {
    return this.shown.get(room)?.map((item) => item.failed)
  }
}

/** Between the tabs of one browser. */
class Locks {
  #held = new Map<string, Promise<void>>()

  async alone(name: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    while (this.#held.has(name)) await this.#held.get(name)
    if (signal.aborted) throw new DOMException('', 'AbortError')
    const done = work()
    this.#held.set(
      name,
      done.finally(() => this.#held.delete(name)),
    )
    await done
  }
}

let names = 0
let store: KeptStore
let locks: Locks
let mayKeep: boolean

beforeEach(() => {
  mayKeep = true
  store = new KeptStore(`uploads-${names++}`, { has: () => mayKeep, isLast: () => mayKeep })
  locks = new Locks()
})

afterEach(() => {
  vi.useRealTimers()
})

const opened = () => new Tab(store, locks).open()
const sentIds = (tab: Tab) => tab.sent.map((message) => message.client_msg_id)
const records = async () => (await store.read('outbox', (outbox) => outbox.getAllKeys())).map(String)

test('a_message_is_sent_with_its_uploads_when_all_of_them_are_there', async () => {
  const tab = await opened()
  await tab.add(1, 'look', 'a', 'cat', 'log')
  await tab.bring('cat', 'u1')
  expect(tab.sent).toEqual([])
  await tab.bring('log', 'u2')
  await vi.waitFor(() => expect(tab.sent).toHaveLength(1))
  expect(tab.sent[0]).toEqual({
    type: 'send',
    room: 1,
    client_msg_id: 'a',
    body: 'look',
    attachments: [{ upload: 'u1', alt: 'a cat' }, { upload: 'u2' }],
  })
  tab.outbox.confirmed(1, 'a')
  await vi.waitFor(async () => expect(await records()).toEqual([]))
  expect([tab.removed, tab.uploads.of('a')]).toEqual([[], undefined])
})

test('it_is_sent_when_the_connection_is_there_where_the_upload_was_quicker', async () => {
  const tab = await opened()
  tab.connected = false
  await tab.add(1, '', 'a', 'log')
  await tab.bring('log', 'u1')
  await vi.waitFor(() => expect(tab.shown.get(1)?.[0]).toMatchObject({ brought: [{ upload: 'u1' }] }))
  expect(tab.sent).toEqual([])
  tab.connected = true
  tab.outbox.connected()
  expect(tab.sent).toMatchObject([{ client_msg_id: 'a', body: '', attachments: [{ upload: 'u1' }] }])
  expect(tab.tries).toHaveLength(1)
})

test('what_is_written_after_it_is_not_held_up_and_two_that_are_ready_keep_their_order', async () => {
  const tab = await opened()
  await tab.add(1, 'film', 'a', 'film')
  tab.outbox.add(1, 'one', 'b', 0)
  tab.outbox.add(1, 'two', 'c', 0)
  expect(sentIds(tab)).toEqual(['b'])
  await tab.bring('film', 'u1')
  await vi.waitFor(() => expect(tab.shown.get(1)?.[0]).toMatchObject({ brought: [{ upload: 'u1' }] }))
  tab.outbox.confirmed(1, 'b')
  expect(sentIds(tab)).toEqual(['b', 'a'])
  tab.outbox.confirmed(1, 'a')
  expect(sentIds(tab)).toEqual(['b', 'a', 'c'])
})

test('so_many_messages_are_brought_at_once_and_then_the_one_that_was_written_first', async () => {
  const tab = await opened()
  for (const id of ['a', 'b', 'd', 'c']) await tab.add(1, '', id, `file ${id}`)
  await tab.trying('file b')
  expect(tab.tries.map(({ name }) => name)).toEqual(['file a', 'file b'])
  expect(tab.tries).toHaveLength(BRINGING_AT_ONCE_MAX)
  // What each reads from the device before it waits for its turn has been read.
  await tab.files.upload('c', 0)
  await tab.bring('file a', 'u1')
  await tab.trying('file c')
  await tab.bring('file b', 'u2')
  await tab.trying('file d')
})

test('a_refusal_is_told_with_its_reason_and_a_retry_goes_on_where_it_was', async () => {
  const tab = await opened()
  await tab.add(1, '', 'a', 'log')
  const one = await tab.trying('log')
  one.hear.begun('u1')
  await tab.fail('log', 'disk_full')
  await vi.waitFor(() => expect(tab.failed()).toEqual(['disk_full']))
  expect(tab.uploads.of('a')).toBeUndefined()
  tab.outbox.retry('a')
  await vi.waitFor(() => expect(tab.tries).toHaveLength(2))
  expect(tab.tries[1]).toMatchObject({ upload: 'u1' })
})

test('what_passes_is_tried_again_by_itself_and_at_once_when_the_box_is_back', async () => {
  const tab = await opened()
  await tab.add(1, '', 'a', 'log')
  const one = await tab.trying('log')
  one.hear.begun('u1')
  await tab.fail('log', 'unreachable', 3_600_000)
  await vi.waitFor(() => expect(tab.uploads.of('a')?.going).toBe(false))
  // Its wait has begun, whatever comes before that.
  await vi.waitFor(() => {
    tab.outbox.connected()
    expect(tab.tries).toHaveLength(2)
  })
  expect(tab.tries[1]).toMatchObject({ upload: 'u1', isEnded: false })
  expect(tab.failed()).toEqual([null])
})

test('a_request_that_hangs_on_a_dead_connection_is_ended_when_the_box_is_back', async () => {
  const tab = await opened()
  await tab.add(1, '', 'a', 'log')
  const one = await tab.trying('log')
  one.hear.begun('u1')
  tab.now = STALLED_MS - 1
  tab.outbox.connected()
  expect(one.isEnded).toBe(false)
  tab.now = STALLED_MS
  tab.outbox.connected()
  expect(one.isEnded).toBe(true)
  await vi.waitFor(() => expect(tab.tries[1]).toMatchObject({ upload: 'u1' }))
})

test('an_upload_that_the_box_has_forgotten_is_begun_anew', async () => {
  const tab = await opened()
  await tab.add(1, '', 'a', 'log')
  const one = await tab.trying('log')
  one.hear.begun('u1')
  await tab.fail('log', 'not_found', 0)
  await vi.waitFor(() => expect(tab.tries[1]).toMatchObject({ upload: null }))
  await tab.bring('log', 'u2')
  await vi.waitFor(() => expect(tab.sent).toMatchObject([{ attachments: [{ upload: 'u2' }] }]))
})

test('what_the_box_has_lost_by_the_time_it_is_sent_is_brought_again_once', async () => {
  const tab = await opened()
  await tab.add(1, '', 'a', 'log')
  await tab.bring('log', 'u1')
  await vi.waitFor(() => expect(tab.sent).toHaveLength(1))
  tab.outbox.refused('a', 'upload_unknown', undefined)
  expect(tab.failed()).toEqual([null])
  await tab.fail('log', 'not_found', 0)
  await tab.bring('log', 'u2')
  await vi.waitFor(() => expect(tab.sent).toHaveLength(2))
  expect(tab.sent[1]).toMatchObject({ attachments: [{ upload: 'u2' }] })
  tab.outbox.refused('a', 'upload_unknown', undefined)
  expect(tab.failed()).toEqual(['upload_unknown'])
})

test('what_is_given_up_is_stopped_and_forgotten_by_the_box_too', async () => {
  const tab = await opened()
  await tab.add(1, '', 'a', 'cat', 'log')
  await tab.bring('cat', 'u1')
  const one = await tab.trying('log')
  one.hear.begun('u2')
  tab.outbox.discard('a')
  expect(one.isEnded).toBe(true)
  await vi.waitFor(() => expect(tab.removed).toEqual(['u1', 'u2']))
  await vi.waitFor(async () => expect(await records()).toEqual([]))
  expect(tab.shown.get(1)).toEqual([])
})

test('so_is_all_that_was_meant_for_a_room_that_is_gone', async () => {
  const tab = await opened()
  await tab.add(1, '', 'a', 'log')
  const one = await tab.trying('log')
  one.hear.begun('u1')
  tab.outbox.discardRoom(1)
  expect(one.isEnded).toBe(true)
  await vi.waitFor(() => expect(tab.removed).toEqual(['u1']))
})

test('what_was_paused_goes_on_when_it_is_told_to', async () => {
  const tab = await opened()
  await tab.add(1, '', 'a', 'log')
  const one = await tab.trying('log')
  one.hear.begun('u1')
  const sending = tab.uploads.of('a')!
  sending.pause()
  expect(one.isEnded).toBe(true)
  await vi.waitFor(() => expect(sending.going).toBe(false))
  tab.outbox.connected()
  expect([tab.tries.length, sending.paused]).toEqual([1, true])
  sending.resume()
  await vi.waitFor(() => expect(tab.tries[1]).toMatchObject({ upload: 'u1' }))
})

test('what_was_paused_is_paused_after_a_reload_too_until_it_is_told_to_go_on', async () => {
  const before = await opened()
  await before.add(1, '', 'a', 'log')
  await before.trying('log')
  before.uploads.of('a')!.pause()
  await vi.waitFor(async () => expect(await records()).toContain('a/pause'))
  before.close()
  const after = await opened()
  await vi.waitFor(() => expect(after.uploads.of('a')?.paused).toBe(true))
  after.outbox.connected()
  expect(after.tries).toEqual([])
  after.uploads.of('a')!.resume()
  await after.bring('log', 'u1')
  await vi.waitFor(() => expect(after.sent).toHaveLength(1))
  after.outbox.confirmed(1, 'a')
  await vi.waitFor(async () => expect(await records()).toEqual([]))
})

test('what_waits_to_be_tried_again_is_told_from_what_goes_out', async () => {
  const tab = await opened()
  await tab.add(1, '', 'a', 'log')
  const one = await tab.trying('log')
  const sending = tab.uploads.of('a')!
  one.hear.came(2)
  expect(sending.resting).toBe(false)
  await tab.fail('log', 'unreachable', 3_600_000)
  await vi.waitFor(() => expect(sending.resting).toBe(true))
  await vi.waitFor(() => {
    tab.outbox.connected()
    expect(tab.tries).toHaveLength(2)
  })
  expect(sending.resting).toBe(false)
})

test('what_a_message_brings_is_the_same_object_however_it_stands_with_it', async () => {
  const tab = await opened()
  await tab.add(1, '', 'a', 'log')
  const [before] = tab.shown.get(1)!
  await tab.bring('log', 'u1')
  await vi.waitFor(() => expect(tab.shown.get(1)?.[0]).toMatchObject({ brought: [{ upload: 'u1' }] }))
  expect(tab.shown.get(1)![0]).not.toBe(before)
  // What is shown of it is not begun anew then.
  expect(tab.shown.get(1)![0]!.attachments).toBe(before!.attachments)
})

test('a_reload_goes_on_with_what_has_come', async () => {
  const before = await opened()
  await before.add(1, 'look', 'a', 'cat', 'log')
  await before.bring('cat', 'u1')
  ;(await before.trying('log')).hear.begun('u2')
  await vi.waitFor(async () => expect(await records()).toContain('a/1/upload'))
  before.close()
  const after = await opened()
  const cat = await after.trying('cat')
  expect(cat.upload).toBe('u1')
  expect(await cat.file.text()).toBe('cat ')
  await after.bring('cat', 'u1')
  expect((await after.trying('log')).upload).toBe('u2')
  await after.bring('log', 'u2')
  await vi.waitFor(() => expect(after.sent).toMatchObject([{ body: 'look' }]))
})

test('files_that_are_not_on_the_device_any_more_are_told_of', async () => {
  const before = await opened()
  const facts: Attachment[] = [{ name: 'log', bytes: 4, media_type: '', what: { type: 'file' } }]
  before.files.hold(facts, [new Blob(['log '])])
  before.outbox.add(1, 'words', 'a', 0, { attachments: facts })
  await vi.waitFor(async () => expect(await records()).toEqual(['a']))
  vi.spyOn(store, 'putting').mockRejectedValue(new DOMException('full', 'QuotaExceededError'))
  expect(await before.files.keep({ client_msg_id: 'a', account: ADA, attachments: facts })).toBe(false)
  vi.restoreAllMocks()
  before.close()
  const after = await opened()
  await vi.waitFor(() => expect(after.failed()).toEqual(['file_gone']))
  expect(after.shown.get(1)?.[0]?.body).toBe('words')
})

test('of_two_tabs_one_brings_it_and_the_other_goes_on_when_that_is_closed', async () => {
  const one = await opened()
  await one.add(1, '', 'a', 'log')
  const first = await one.trying('log')
  first.hear.begun('u1')
  await vi.waitFor(async () => expect(await records()).toContain('a/0/upload'))
  const other = await opened()
  expect(other.shown.get(1)).toHaveLength(1)
  await new Promise((resolve) => setTimeout(resolve))
  expect(other.tries).toEqual([])
  one.close()
  expect(await other.trying('log')).toMatchObject({ upload: 'u1' })
})

test('and_the_one_that_waits_does_nothing_when_the_first_has_sent_it', async () => {
  const one = await opened()
  await one.add(1, '', 'a', 'log')
  await one.trying('log')
  const other = await opened()
  await one.bring('log', 'u1')
  await vi.waitFor(() => expect(one.sent).toHaveLength(1))
  expect(other.tries).toEqual([])
  // The box tells both.
  for (const tab of [other, one]) tab.outbox.confirmed(1, 'a')
  await new Promise((resolve) => setTimeout(resolve))
  expect([other.tries, other.sent, other.removed]).toEqual([[], [], []])
})

test('nothing_goes_on_for_somebody_who_has_left_and_nothing_is_kept_of_them', async () => {
  const tab = await opened()
  await tab.add(1, '', 'a', 'log')
  const one = await tab.trying('log')
  mayKeep = false
  tab.outbox.close()
  expect(one.isEnded).toBe(true)
  one.hear.begun('u1')
  await store.prune(null)
  expect(await records()).toEqual([])
  await new Promise((resolve) => setTimeout(resolve))
  expect([await records(), tab.tries.length]).toEqual([[], 1])
})
