/** What is to be sent with the next message of a room: kept as long as the page, wherever one goes in it. */
import type { RoomState } from '../core/room.svelte'
import { ALT_CHARS_MAX, ATTACHMENTS_MAX } from '../limits'
import type { Attachment } from '../protocol'
import { type OpenedPicture, openPicture } from './shrink'

type Voice = Extract<Attachment['what'], { type: 'voice' }>

let keys = 0

/** One file in the tray. */
export class TrayItem {
  readonly key = keys++
  readonly file: File
  /** What was recorded, where it is a voice message. */
  readonly voice: Voice | undefined
  /** What it shows, where it is a picture; undefined while that is looked at. */
  picture = $state.raw<OpenedPicture | null | undefined>(undefined)
  /** The address of a small picture of it, until it is removed. */
  thumb = $state.raw<string | null>(null)
  alt = $state('')
  /** Resolves when it was looked at. */
  readonly looked: Promise<void>
  #isGone = false

  constructor(file: File, voice?: Voice) {
    this.file = file
    this.voice = voice
    this.looked = openPicture(file).then((picture) => {
      this.picture = picture
      if (picture?.thumb && !this.#isGone) this.thumb = URL.createObjectURL(picture.thumb)
    })
  }

  describe(text: string): void {
    this.alt = [...text.replaceAll('\0', '').trim()].slice(0, ALT_CHARS_MAX).join('')
  }

  /** What goes out of it. */
  sent(asItIs: boolean): File {
    return (!asItIs && this.picture?.small?.file) || this.file
  }

  /** What the message will say of it. */
  facts(asItIs: boolean): Attachment {
    const file = this.sent(asItIs)
    return { name: file.name, bytes: file.size, media_type: file.type, what: this.#what(file) }
  }

  /** Frees what it holds. */
  drop(): void {
    this.#isGone = true
    if (this.thumb) URL.revokeObjectURL(this.thumb)
    this.thumb = null
  }

  #what(file: File): Attachment['what'] {
    const { picture, alt, voice } = this
    if (voice) return voice
    if (picture) {
      const { width, height } = file === this.file ? picture.size : picture.small!.size
      return { type: 'picture', width, height, color: null, moves: picture.moves, alt }
    }
    if (file.type.startsWith('video/')) return { type: 'video' }
    return { type: file.type.startsWith('audio/') ? 'audio' : 'file' }
  }
}

/** The files that were in a tray, and how they went: what is taken back is not made smaller twice. */
type Made = { readonly files: readonly File[]; readonly asTheyAre: boolean }

/** Of what is on its way from this page; gone with it. */
const madeOf = new WeakMap<readonly Attachment[], Made>()

export class Tray {
  items = $state.raw<readonly TrayItem[]>([])
  /** Pictures go as they are, however large. */
  asTheyAre = $state(false)
  /** Messages that were sent from here, and go out as soon as their pictures were looked at. */
  leaving = $state(0)
  /** Something was put in from elsewhere, and whoever did that is on the way to the room. */
  isAwaited = $state(false)

  /** Whether there is something that only this page has. */
  get holds(): boolean {
    return this.items.length + this.leaving > 0
  }

  /** Whether all that is known before it is sent is known. */
  get isReady(): boolean {
    return this.items.every(({ picture }) => picture !== undefined)
  }

  /** Whether any of it would be made smaller. */
  get canShrink(): boolean {
    return this.items.some(({ picture }) => picture?.small)
  }

  /** That will be sent. */
  get bytes(): number {
    return this.items.reduce((sum, item) => sum + item.sent(this.asTheyAre).size, 0)
  }

  add(files: readonly File[]): void {
    this.items = [...this.items, ...files.map((file) => new TrayItem(file))]
  }

  remove(item: TrayItem): void {
    this.items = this.items.filter((other) => other !== item)
    item.drop()
    if (this.items.length === 0) this.asTheyAre = false
  }

  /** Puts a file in the place of a thing, with what that was described as; says whether it is still there. */
  replace(item: TrayItem, file: File): boolean {
    if (!this.items.includes(item)) return false
    const other = new TrayItem(file)
    other.describe(item.alt)
    this.items = this.items.map((each) => (each === item ? other : each))
    item.drop()
    return true
  }

  /** Puts it where another stands; beyond the ends nothing happens. */
  move(item: TrayItem, to: number): void {
    if (to < 0 || to >= this.items.length) return
    const left = this.items.filter((other) => other !== item)
    this.items = [...left.slice(0, to), item, ...left.slice(to)]
  }

  /** Hands over what is in it, now or as soon as it was looked at. It is empty at once: what is added then goes with the next. */
  take(send: (facts: Attachment[], blobs: Blob[]) => void): void {
    const { items, asTheyAre, isReady } = this
    this.items = []
    this.asTheyAre = false
    const go = () => {
      const facts = items.map((item) => item.facts(asTheyAre))
      madeOf.set(facts, { files: items.map(({ file }) => file), asTheyAre })
      send(
        facts,
        items.map((item) => item.sent(asTheyAre)),
      )
      for (const item of items) item.drop()
    }
    if (isReady) {
      go()
      return
    }
    this.leaving += 1
    void Promise.all(items.map(({ looked }) => looked)).then(() => {
      this.leaving -= 1
      go()
    })
  }

  /**
   * What was to be sent lies here again, before what was added since; of a file that is nowhere any more there is no blob. Gives
   * how many there was no place for.
   */
  putBack(attachments: readonly Attachment[], blobs: readonly (Blob | null)[]): number {
    const made = madeOf.get(attachments)
    const back = attachments.flatMap(({ name, media_type, what }, at) => {
      const blob = blobs[at]
      const file = made?.files[at] ?? (blob && new File([blob], name, { type: media_type }))
      const voice = what.type === 'voice' ? what : undefined
      return file ? [{ file, alt: what.type === 'picture' ? what.alt : '', voice }] : []
    })
    const taken = back.slice(0, Math.max(0, ATTACHMENTS_MAX - this.items.length))
    const items = taken.map(({ file, alt, voice }) => {
      const item = new TrayItem(file, voice)
      item.describe(alt)
      return item
    })
    // What was added since was not to go like that.
    if (made && this.items.length === 0) this.asTheyAre = made.asTheyAre
    this.items = [...items, ...this.items]
    return back.length - taken.length
  }
}

/** Gone with their rooms, when somebody signs out. */
const trays = new WeakMap<RoomState, Tray>()

export function trayOf(room: RoomState): Tray {
  let tray = trays.get(room)
  if (!tray) trays.set(room, (tray = new Tray()))
  return tray
}

/** Whether there is something in it that only this page has. */
export function isHeld(room: RoomState): boolean {
  return trays.get(room)?.holds ?? false
}
