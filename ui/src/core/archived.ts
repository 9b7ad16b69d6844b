/** Archived rooms are read when somebody looks at them: each that is known costs a request with every welcome. */
import type { RoomId } from '../protocol'
import type { archivedRooms } from './apiBox'
import type { Rooms } from './rooms.svelte'

/** Reads some more of them, older than `before`; says which was the last, and whether there are others. */
export async function loadArchived(
  rooms: Rooms,
  ask: typeof archivedRooms,
  before: RoomId | undefined,
): Promise<{ last: RoomId | undefined; more: boolean }> {
  const page = await ask(before)
  for (const room of page.rooms) rooms.learn(room)
  return { last: page.rooms.at(-1)?.id, more: page.more }
}
