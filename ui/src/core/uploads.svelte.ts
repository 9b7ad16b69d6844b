/**
 * Brings the files of unsent messages to the box, and knows how far each is. It comes after the first sight, and its own
 * world is handed in: what speaks with the box, and what keeps two tabs of one browser from bringing the same.
 *
 * A message holds its turn among the tabs until it is sent, given up or refused: another that went on with it in between
 * would find its uploads used up, and bring everything once more.
 */
import type { Attachment, ClientMsgId, NewAttachment, RoomId, UploadId } from '../protocol'
import type { FaultCode } from './api'
import { BACKOFF_MS } from './connection'
import { HeardMap } from './heardMap.svelte'
import type { KeptFiles } from './keptFiles'
import type { Outbox, OutboxUploads, Stored } from './outbox'

/** Messages whose files are on their way at once: a small picture does not wait for a film. The box takes four requests. */
export const BRINGING_AT_ONCE_MAX = 2
/** When nothing has gone out for so long and the box is there again, the request hangs on a connection that is dead. */
export const STALLED_MS = 5_000

export type UploadFault = { readonly code: FaultCode; readonly retryMs?: number | undefined }

/** What is told of one try to bring a file. */
export type UploadHearer = {
  begun(upload: UploadId): void
  /** So many bytes of it have gone out, over all tries. */
  came(bytes: number): void
  done(): void
  /** `not_found`: the box has no such upload. */
  failed(fault: UploadFault): void
}

export type UploadsWorld = {
  /** Brings a file, or what is left of it. What it gives ends that, and nothing is told any more. */
  bring(file: Blob, as: Attachment, upload: UploadId | null, hear: UploadHearer): () => void
  /** Has the box forget an upload. */
  remove(upload: UploadId): void
  /** Does this work one at a time among all tabs of the browser; not at all when the signal comes before its turn. */
  alone(name: string, signal: AbortSignal, work: () => Promise<void>): Promise<void>
  now(): number
}

/** Faults that pass by themselves. Who is not signed in is told so elsewhere, and comes back. */
const PASSING: ReadonlySet<FaultCode> = new Set([
  'busy',
  'not_found',
  'not_signed_in',
  'slow_down',
  'unreachable',
  'upload_offset',
])

/** Files of a message of this room begin to go out, or have arrived. */
export type UploadsTold = { readonly is: 'begun' | 'brought'; readonly room: RoomId; readonly files: number }

type Tried = 'done' | 'stopped' | UploadFault

export class Uploads implements OutboxUploads {
  /** What happened last, for those who listen. */
  told = $state.raw<UploadsTold | null>(null)

  #outbox: Outbox
  #files: KeptFiles
  #world: UploadsWorld
  #sendings = new HeardMap<ClientMsgId, Sending>()
  #turns = new Turns()

  constructor(outbox: Outbox, files: KeptFiles, world: UploadsWorld) {
    this.#outbox = outbox
    this.#files = files
    this.#world = world
  }

  /** How far a message's files are, while they are on their way from here. */
  of(id: ClientMsgId): Sending | undefined {
    return this.#sendings.get(id)
  }

  begin(item: Stored): void {
    const { client_msg_id: id, room, attachments = [] } = item
    if (this.#sendings.has(id)) return
    this.told = { is: 'begun', room, files: attachments.length }
    const sending = new Sending(item, this.#files, this.#world, this.#turns)
    this.#sendings.set(id, sending)
    const work = async () => {
      const brought = await sending.bring()
      if (typeof brought === 'string') this.#outbox.refused(id, brought, undefined)
      else if (brought) {
        this.told = { is: 'brought', room, files: brought.length }
        this.#outbox.uploaded(id, brought)
      }
      await sending.over
    }
    // A wait for the turn that was ended.
    this.#world.alone(`porch.upload.${id}`, sending.signal, work).catch(() => {})
  }

  wake(): void {
    for (const sending of this.#sendings.values()) sending.wake()
  }

  drop(item: Stored): void {
    const { client_msg_id: id, attachments = [], brought = [] } = item
    // Before anything is waited for: what is kept of them goes in the next moment.
    const kept = attachments.map((_, place) => this.#files.upload(id, place))
    const known = new Set(this.of(id)?.uploads)
    for (const { upload } of brought) known.add(upload)
    this.end(id)
    void Promise.all(kept).then((uploads) => {
      for (const upload of [...known, ...uploads.filter((one) => !known.has(one))]) {
        if (upload !== null) this.#world.remove(upload)
      }
    })
  }

  end(id: ClientMsgId): void {
    this.of(id)?.stop()
    this.#sendings.delete(id)
  }

  stop(): void {
    for (const id of [...this.#sendings.keys()]) this.end(id)
  }
}

/** One message whose files are on their way. */
export class Sending {
  /** Bytes that have gone out of each file. */
  came = $state.raw<readonly number[]>([])
  paused = $state(false)
  /** Whether bytes go out at the moment, as far as this tab knows. */
  going = $state(false)
  /** It did not go on, and is tried again in a while. */
  resting = $state(false)
  /** What brings each file. */
  readonly uploads: (UploadId | null)[]

  #item: Stored
  #files: KeptFiles
  #world: UploadsWorld
  #turns: Turns
  #end = new AbortController()
  #heardAt = 0
  #stopTry: () => void = () => {}
  #nudge: () => void = () => {}

  constructor(item: Stored, files: KeptFiles, world: UploadsWorld, turns: Turns) {
    this.#item = item
    this.#files = files
    this.#world = world
    this.#turns = turns
    this.uploads = this.#expected.map(() => null)
    this.came = this.#expected.map(() => 0)
  }

  get #expected(): readonly Attachment[] {
    return this.#item.attachments ?? []
  }

  get signal(): AbortSignal {
    return this.#end.signal
  }

  /** Resolves when nothing is to be done about it any more. */
  get over(): Promise<void> {
    const { signal } = this
    return new Promise((resolve) => {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  /** All files, one after the other. What can be sent then, or why it cannot; null when it was stopped. */
  async bring(): Promise<NewAttachment[] | FaultCode | null> {
    const attachments: NewAttachment[] = []
    if (await this.#files.isPaused(this.#item.client_msg_id)) this.paused = true
    for (const [place, { what }] of this.#expected.entries()) {
      const file = await this.#files.blob(this.#item, place)
      if (this.signal.aborted) return null
      if (!file) return 'file_gone'
      this.uploads[place] = await this.#files.upload(this.#item.client_msg_id, place)
      const fault = await this.#bringOne(place, file)
      if (this.signal.aborted) return null
      if (fault) return fault
      attachments.push(named(this.uploads[place]!, what))
    }
    return attachments
  }

  pause(): void {
    this.paused = true
    void this.#files.pause(this.#item, true)
    this.#stopTry()
  }

  resume(): void {
    this.paused = false
    void this.#files.pause(this.#item, false)
    this.#nudge()
  }

  /** The box is there again. */
  wake(): void {
    if (this.going && this.#world.now() - this.#heardAt >= STALLED_MS) this.#stopTry()
    if (!this.paused) this.#nudge()
  }

  stop(): void {
    this.#end.abort()
    this.#stopTry()
    this.#nudge()
  }

  /** Tries until it is there, or it is known that it cannot be. */
  async #bringOne(place: number, file: Blob): Promise<FaultCode | null> {
    let failures = 0
    while (!this.signal.aborted) {
      if (this.paused) {
        await this.#rest()
        continue
      }
      const before = this.came[place]!
      const tried = await this.#turns.take(this.#item.client_msg_id, () => this.#try(place, file))
      if (tried === 'done') return null
      if (tried === 'stopped') continue
      const { code, retryMs } = tried
      if (!PASSING.has(code)) return code
      if (code === 'not_found') this.uploads[place] = null
      // A file that was moved or changed since it was chosen fails as a network does.
      else if (!(await isReadable(file))) return 'file_gone'
      if (this.came[place]! > before) failures = 0
      this.resting = true
      await this.#rest(retryMs ?? BACKOFF_MS[Math.min(failures, BACKOFF_MS.length - 1)]!)
      this.resting = false
      failures += 1
    }
    return null
  }

  async #try(place: number, file: Blob): Promise<Tried> {
    // It may have been ended or paused while it waited for its turn.
    if (this.signal.aborted || this.paused) return 'stopped'
    this.#heardAt = this.#world.now()
    this.going = true
    const tried = await new Promise<Tried>((resolve) => {
      const end = this.#world.bring(file, this.#expected[place]!, this.uploads[place]!, {
        begun: (upload) => {
          if (upload === this.uploads[place]) return
          this.uploads[place] = upload
          void this.#files.begun(this.#item, place, upload)
        },
        came: (bytes) => {
          this.#heardAt = this.#world.now()
          this.came = this.came.with(place, bytes)
        },
        done: () => resolve('done'),
        failed: resolve,
      })
      this.#stopTry = () => {
        end()
        resolve('stopped')
      }
    })
    this.#stopTry = () => {}
    this.going = false
    if (tried === 'done') this.came = this.came.with(place, file.size)
    return tried
  }

  /** Waits for so long, or until something has changed. */
  #rest(ms?: number): Promise<void> {
    if (this.signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms)
      this.#nudge = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

/** Who may bring something now: so many at once, and of those who wait the message that was written first. */
class Turns {
  #free = BRINGING_AT_ONCE_MAX
  #waiting: { readonly id: ClientMsgId; readonly go: () => void }[] = []

  async take<T>(id: ClientMsgId, work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((go) => this.#waiting.push({ id, go }))
    try {
      return await work()
    } finally {
      this.#pass()
    }
  }

  #pass(): void {
    const [first] = this.#waiting.sort((a, b) => (a.id < b.id ? -1 : 1))
    if (!first) this.#free += 1
    else {
      this.#waiting.shift()
      first.go()
    }
  }
}

async function isReadable(file: Blob): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer()
    return true
  } catch {
    return false
  }
}

/** What is said of an upload when it is sent. */
function named(upload: UploadId, what: Attachment['what']): NewAttachment {
  if (what.type === 'picture' && what.alt) return { upload, alt: what.alt }
  if (what.type === 'voice') return { upload, voice: { ms: what.ms, levels: what.levels } }
  return { upload }
}
