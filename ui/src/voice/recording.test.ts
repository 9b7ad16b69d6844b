import { beforeEach, expect, test } from 'vitest'
import { VOICE_LEVELS_MAX, VOICE_MS_MAX } from '../limits'
import { Recording, type RecordingWorld, SOON_MS } from './recording.svelte'

/** A microphone whose recorder does what browsers' recorders do, at the test's word. */
class Desk {
  now = 1_000
  isAsked = false
  streams: { tracks: Track[] }[] = []
  recorder: Recorder | null = null
  meters = 0
  #ticks = new Set<() => void>()
  answer: () => Promise<void> = async () => {}

  readonly world: RecordingWorld = {
    open: async () => {
      this.isAsked = true
      await this.answer()
      const stream = { tracks: [new Track()], getTracks: () => stream.tracks }
      this.streams.push(stream)
      return stream as unknown as MediaStream
    },
    record: () => (this.recorder = new Recorder()) as unknown as MediaRecorder,
    meter: () => {
      this.meters += 1
      return { level: () => 100, end: () => void (this.meters -= 1) }
    },
    now: () => this.now,
    every: (_, call) => {
      this.#ticks.add(call)
      return () => this.#ticks.delete(call)
    },
  }

  /** So much time goes by. */
  pass(ms: number): void {
    for (let gone = 0; gone < ms; gone += 100) {
      this.now += 100
      for (const tick of [...this.#ticks]) tick()
    }
  }

  /** Whether nothing listens any more. */
  get isQuiet(): boolean {
    const tracks = this.streams.flatMap((stream) => stream.tracks)
    return tracks.every(({ stopped }) => stopped) && this.meters === 0 && this.#ticks.size === 0
  }
}

class Track {
  stopped = false
  onended: (() => void) | null = null
  onmute: (() => void) | null = null
  stop(): void {
    this.stopped = true
  }
}

class Recorder {
  state = 'inactive'
  mimeType = 'audio/webm;codecs=opus'
  onstart = () => {}
  onstop = () => {}
  onerror = () => {}
  ondataavailable = (_: { data: Blob }) => {}
  piece = new Blob(['sound'])

  start(): void {
    this.state = 'recording'
    queueMicrotask(() => this.onstart())
  }
  pause(): void {
    this.state = 'paused'
  }
  resume(): void {
    this.state = 'recording'
  }
  stop(): void {
    this.state = 'inactive'
    queueMicrotask(() => {
      this.ondataavailable({ data: this.piece })
      this.onstop()
    })
  }
}

let desk: Desk
let recording: Recording

async function begun(): Promise<void> {
  await recording.begin()
  await Promise.resolve()
  expect(recording.stage).toBe('recording')
}

beforeEach(() => {
  desk = new Desk()
  recording = new Recording(desk.world)
})

test('what_was_recorded_is_as_long_as_the_clock_says_without_pauses', async () => {
  await begun()
  desk.pass(2_000)
  recording.pause()
  expect(recording.stage).toBe('paused')
  desk.pass(60_000)
  recording.goOn()
  desk.pass(1_500)
  const recorded = await recording.stop()
  expect(recorded?.ms).toBe(3_500)
  expect(recorded?.levels).toEqual(Array(35).fill(100))
  expect(recorded?.blob.type).toBe('audio/webm;codecs=opus')
  expect(recording.stage).toBe('recorded')
  expect(desk.isQuiet).toBe(true)
  expect(await recording.stop()).toBe(recorded)
})

test('it_ends_by_itself_when_it_is_as_long_as_may_be_and_says_so_before', async () => {
  await begun()
  desk.pass(VOICE_MS_MAX - SOON_MS - 100)
  expect(recording.endsSoon).toBe(false)
  desk.pass(100)
  expect(recording.endsSoon).toBe(true)
  desk.pass(SOON_MS + 5_000)
  const recorded = await recording.stop()
  expect(recorded?.ms).toBe(VOICE_MS_MAX)
  expect(recorded?.levels).toHaveLength(VOICE_LEVELS_MAX)
  expect(recording.stoppedBy).toBe('length')
  expect(desk.isQuiet).toBe(true)
})

test('a_microphone_that_is_pulled_out_leaves_what_there_is', async () => {
  await begun()
  desk.pass(1_000)
  desk.streams[0]!.tracks[0]!.onended!()
  const recorded = await recording.stop()
  expect(recorded?.ms).toBe(1_000)
  expect(recording.stoppedBy).toBe('device')
  expect(desk.isQuiet).toBe(true)
})

test('a_call_pauses_it', async () => {
  await begun()
  desk.pass(1_000)
  desk.streams[0]!.tracks[0]!.onmute!()
  desk.pass(9_000)
  expect(recording.stage).toBe('paused')
  recording.goOn()
  desk.pass(500)
  expect((await recording.stop())?.ms).toBe(1_500)
})

test('nothing_is_left_of_what_is_dropped_at_any_moment', async () => {
  await begun()
  desk.pass(1_000)
  recording.drop()
  await Promise.resolve()
  expect(recording.stage).toBe('over')
  expect(recording.recorded).toBeNull()
  expect(desk.isQuiet).toBe(true)

  // Before the person has answered the browser.
  const late = new Recording(desk.world)
  let allow = () => {}
  desk.answer = () => new Promise((resolve) => (allow = resolve))
  const begins = late.begin()
  expect(await late.stop()).toBeNull()
  allow()
  await begins
  expect(late.stage).toBe('over')
  expect(desk.isQuiet).toBe(true)
})

test('who_denies_the_microphone_is_told_by_the_browsers_word', async () => {
  desk.answer = () => Promise.reject(new DOMException('no', 'NotAllowedError'))
  await expect(recording.begin()).rejects.toThrow('no')
  expect(recording.stage).toBe('over')
})

test('a_recorder_that_gives_nothing_has_recorded_nothing', async () => {
  await begun()
  desk.recorder!.piece = new Blob([])
  expect(await recording.stop()).toBeNull()
  expect(recording.stage).toBe('over')
})
