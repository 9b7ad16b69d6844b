import type { RoomId, Seq } from '../protocol'
import { pathTo } from '../router.svelte'

/** Where something is looked for in a room; and the message that is shown, if one is. */
export const herePath = (room: RoomId, message: Seq | null, find: string) =>
  `${pathTo({ at: 'room', room, message })}?find=${encodeURIComponent(find)}`
