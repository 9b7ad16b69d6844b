/**
 * One voice message while it is recorded, and once it is and not sent. The microphone is its own from `begin` until nothing is
 * recorded any more, however that ends. What was recorded is kept whatever happens: a call that comes, a device that is pulled
 * out, the longest time. Its length is that of the clock, without pauses, as files do not know it in every browser.
 */
import { VOICE_MS_MAX } from '../limits'
import { summed } from './levels'

/** Between two levels. */
const LEVEL_MS = 100
/** Levels shown while it is recorded: the last few seconds. */
const SHOWN = 32
/** The recorder gives out what it has so often: no more is lost with it. */
const PIECE_MS = 1_000
/** From here on it is said that it ends soon. */
export const SOON_MS = 30_000

export type Recorded = { readonly blob: Blob; readonly ms: number; readonly levels: readonly number[] }

export type Meter = { level(): number; end(): void }

/** What this needs of the browser; a test has its own. */
export type RecordingWorld = {
  /** Asks for the microphone. */
  open(): Promise<MediaStream>
  record(stream: MediaStream): MediaRecorder
  /** How loud it is at the moment: 0 to 255. */
  meter(stream: MediaStream): Meter
  /** Milliseconds that never go back. */
  now(): number
  /** What it gives ends that. */
  every(ms: number, call: () => void): () => void
}

/** `over`: nothing is there. */
export type Stage = 'opening' | 'recording' | 'paused' | 'recorded' | 'over'

export class Recording {
  stage = $state<Stage>('opening')
  ms = $state(0)
  /** Of the last seconds, the latest last. */
  latest = $state.raw<readonly number[]>([])
  recorded = $state.raw<Recorded | null>(null)
  /** It has stopped by itself: it was as long as may be, or the microphone was taken away. */
  stoppedBy = $state<'length' | 'device' | null>(null)

  #world: RecordingWorld
  #stream: MediaStream | null = null
  #recorder: MediaRecorder | null = null
  #meter: Meter | null = null
  #stopTicking: () => void = () => {}
  #pieces: Blob[] = []
  #levels: number[] = []
  /** Recorded before the last pause, and since when it goes on. */
  #before = 0
  #since: number | null = null
  /** Resolves when nothing comes any more. */
  #ended: Promise<void>
  #end!: () => void

  constructor(world: RecordingWorld) {
    this.#world = world
    this.#ended = new Promise((resolve) => (this.#end = resolve))
  }

  /** Whether it takes the microphone, or is about to. */
  get isLive(): boolean {
    return this.stage === 'opening' || this.stage === 'recording' || this.stage === 'paused'
  }

  /** Whether there is little time left. */
  get endsSoon(): boolean {
    return this.isLive && this.ms >= VOICE_MS_MAX - SOON_MS
  }

  /** Throws what the browser says where there is no microphone for it. */
  async begin(): Promise<void> {
    try {
      this.#stream = await this.#world.open()
      if (this.stage === 'over') this.#letGo()
      else this.#start(this.#stream)
    } catch (thrown) {
      this.drop()
      throw thrown
    }
  }

  pause(): void {
    if (this.stage !== 'recording') return
    this.#count()
    this.#since = null
    this.#recorder?.pause()
    this.stage = 'paused'
  }

  goOn(): void {
    if (this.stage !== 'paused') return
    this.#since = this.#world.now()
    this.#recorder?.resume()
    this.stage = 'recording'
  }

  /** Ends it, and gives what there is; null where that is nothing. */
  async stop(): Promise<Recorded | null> {
    if (this.stage === 'opening') this.drop()
    if (this.stage === 'recording' || this.stage === 'paused') {
      this.#count()
      this.#since = null
      if (this.#recorder?.state !== 'inactive') this.#recorder?.stop()
      await this.#ended
    }
    return this.recorded
  }

  /** Ends it, and forgets what there is. */
  drop(): void {
    this.stage = 'over'
    this.recorded = null
    if (this.#recorder && this.#recorder.state !== 'inactive') this.#recorder.stop()
    this.#letGo()
    this.#end()
  }

  #start(stream: MediaStream): void {
    const recorder = this.#world.record(stream)
    this.#recorder = recorder
    this.#meter = this.#world.meter(stream)
    recorder.ondataavailable = ({ data }) => void this.#pieces.push(data)
    recorder.onstart = () => {
      if (this.stage !== 'opening') return
      this.#since = this.#world.now()
      this.stage = 'recording'
      this.#stopTicking = this.#world.every(LEVEL_MS, () => this.#tick())
    }
    recorder.onstop = () => this.#finish(recorder.mimeType)
    recorder.onerror = () => this.#taken()
    for (const track of stream.getTracks()) {
      track.onended = () => this.#taken()
      // Such as by a call: whoever comes back says whether it goes on.
      track.onmute = () => this.pause()
    }
    recorder.start(PIECE_MS)
  }

  #tick(): void {
    if (this.stage !== 'recording') return
    this.#count()
    this.#levels.push(this.#meter?.level() ?? 0)
    this.latest = this.#levels.slice(-SHOWN)
    if (this.ms < VOICE_MS_MAX) return
    this.stoppedBy = 'length'
    void this.stop()
  }

  #count(): void {
    if (this.#since === null) return
    const now = this.#world.now()
    this.#before += now - this.#since
    this.#since = now
    this.ms = Math.min(VOICE_MS_MAX, Math.round(this.#before))
  }

  #taken(): void {
    if (!this.isLive) return
    this.stoppedBy = 'device'
    void this.stop()
  }

  #finish(type: string): void {
    this.#letGo()
    if (this.stage !== 'over') {
      const blob = new Blob(this.#pieces, { type })
      this.recorded = blob.size > 0 ? { blob, ms: this.ms, levels: summed(this.#levels) } : null
      this.stage = this.recorded ? 'recorded' : 'over'
    }
    this.#pieces = []
    this.#end()
  }

  /** The microphone is nobody's any more. */
  #letGo(): void {
    this.#stopTicking()
    this.#meter?.end()
    this.#meter = null
    for (const track of this.#stream?.getTracks() ?? []) {
      track.onended = track.onmute = null
      track.stop()
    }
    this.#stream = null
  }
}
