/** The open rooms of the box that this person is not in. */
import { chat } from '../chat'
import { listedRooms } from '../core/apiBox'
import type { ListedRoom } from '../protocol'

class OpenRooms {
  #listed = $state.raw<readonly ListedRoom[]>([])
  /** Those to join, in the box's order. What one comes into meanwhile is among the chats. */
  readonly joinable: readonly ListedRoom[] = $derived(
    this.#listed.filter(({ id, joined }) => !joined && !chat.rooms.all.has(id)),
  )

  /** Asks the box. Where it does not answer, what was known stays. */
  async load(): Promise<void> {
    this.#listed = await listedRooms().catch(() => this.#listed)
  }
}

export const openRooms = new OpenRooms()
