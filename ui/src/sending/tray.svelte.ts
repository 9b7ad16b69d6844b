/** What is to be sent with the next message of a room: kept as long as the page, wherever one goes in it. */
import type { RoomState } from '../core/room.svelte'
import { ALT_CHARS_MAX } from '../limits'
import type { Attachment } from '../protocol'
import { type OpenedPicture, openPicture } from './shrink'

let keys = 0

/** One file in the tray. */
export class TrayItem {
  readonly key = keys++
  readonly file: File
  /** What it shows, where it is a picture; undefined while that is looked at. */
  picture = $state.raw<OpenedPicture | null | undefined>(undefined)
  /** The address of a small picture of it, until it is removed. */
  thumb = $state.raw<string | null>(null)
  alt = $state('')
  #isGone = false

  constructor(file: File) {
    this.file = file
    void openPicture(file).then((picture) => {
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
    const { picture, alt } = this
    if (picture) {
      const { width, height } = file === this.file ? picture.size : picture.small!.size
      return { type: 'picture', width, height, color: null, moves: picture.moves, alt }
    }
    if (file.type.startsWith('video/')) return { type: 'video' }
    return { type: file.type.startsWith('audio/') ? 'audio' : 'file' }
  }
}

export class Tray {
  items = $state.raw<readonly TrayItem[]>([])
  /** Pictures go as they are, however large. */
  asTheyAre = $state(false)

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

  /** Puts it where another stands; beyond the ends nothing happens. */
  move(item: TrayItem, to: number): void {
    if (to < 0 || to >= this.items.length) return
    const left = this.items.filter((other) => other !== item)
    this.items = [...left.slice(0, to), item, ...left.slice(to)]
  }

  /** What is in it, to be sent. It is empty then. */
  take(): { facts: Attachment[]; blobs: Blob[] } {
    const { items, asTheyAre } = this
    const taken = {
      facts: items.map((item) => item.facts(asTheyAre)),
      blobs: items.map((item) => item.sent(asTheyAre)),
    }
    for (const item of items) this.remove(item)
    return taken
  }
}

/** Gone with their rooms, when somebody signs out. */
const trays = new WeakMap<RoomState, Tray>()

export function trayOf(room: RoomState): Tray {
  let tray = trays.get(room)
  if (!tray) trays.set(room, (tray = new Tray()))
  return tray
}
