/** Read markers: moved forward here at once, on the box at most once a second; and set back, when somebody wants that. */
import type { ClientMessage, RoomId } from '../protocol'
import type { RoomState } from './room.svelte'

/** The least time between two read markers of a room: the box's command allowance is for talking. */
const READ_INTERVAL_MS = 1_000

type Late = { readonly room: RoomState; readonly timer: ReturnType<typeof setTimeout> }

export class ReadMarkers {
  #send: (message: ClientMessage) => boolean
  /** Rooms whose marker was said within the last second. */
  #late = new Map<RoomId, Late>()

  constructor(send: (message: ClientMessage) => boolean) {
    this.#send = send
  }

  move(room: RoomState, n: number): void {
    if (n <= room.read_n) return
    room.read_n = n
    if (this.#late.has(room.id)) return
    this.say(room)
    const timer = setTimeout(() => {
      this.#late.delete(room.id)
      if (room.read_n > n) this.say(room)
    }, READ_INTERVAL_MS)
    this.#late.set(room.id, { room, timer })
  }

  /** From this message on nothing is read. */
  setBack(room: RoomState, n: number): void {
    clearTimeout(this.#late.get(room.id)?.timer)
    this.#late.delete(room.id)
    if (n > room.read_n) return
    room.settingBack = { n, from: Math.max(room.read_n, room.settingBack?.from ?? 0) }
    room.read_n = n - 1
    this.saySetBack(room)
  }

  /** What is not read yet, as far as the box knows, is not set back: that it was read is said before. */
  saySetBack({ id, setBack: set_back, settingBack }: RoomState): void {
    if (!settingBack) return
    this.#send({ type: 'read', room: id, n: settingBack.from, set_back })
    this.#send({ type: 'unread', room: id, n: settingBack.n, set_back })
  }

  say({ id, read_n, setBack: set_back, settingBack }: RoomState): void {
    // Said behind that it is set back, which is not done yet.
    this.#send({ type: 'read', room: id, n: read_n, set_back: settingBack ? set_back + 1 : set_back })
  }

  /** Says those that were waiting for their turn: the page is being left. */
  sayAll(): void {
    for (const { room } of this.#late.values()) this.say(room)
    this.forget()
  }

  forget(): void {
    for (const { timer } of this.#late.values()) clearTimeout(timer)
    this.#late.clear()
  }
}
