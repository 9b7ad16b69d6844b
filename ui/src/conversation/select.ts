/** Begins to choose messages of a room, with this one. */
import type { RoomState } from '../core/room.svelte'
import type { Message } from '../protocol'
import Check from './Check.svelte'
import { Selecting } from './selecting.svelte'

export function select(room: RoomState, first: Message): void {
  room.selecting = new Selecting(room, first, Check)
}
