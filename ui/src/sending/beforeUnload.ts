/** What lies in the trays, or was recorded, would be lost with the page: who leaves it is asked first, and only while there is something. */
import { chat } from '../chat'
import type { RoomState } from '../core/room.svelte'
import { isHeld } from './tray.svelte'

/** Whether something else of a room is only in this page. */
const holders: ((room: RoomState) => boolean)[] = [isHeld]

export function alsoHolds(holds: (room: RoomState) => boolean): void {
  holders.push(holds)
}

/** Something has come into a tray, or gone out of it. A page that listens when there is nothing is not kept for "back". */
export function mindTrays(): void {
  if (holdsAny()) addEventListener('beforeunload', ask)
  else removeEventListener('beforeunload', ask)
}

function ask(event: BeforeUnloadEvent) {
  // The rooms may have gone since.
  if (holdsAny()) event.preventDefault()
}

const holdsAny = () => [...chat.rooms.all.values()].some((room) => holders.some((holds) => holds(room)))
