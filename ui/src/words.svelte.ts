/** What can be said only once the messages are seen: before that it is not, and its place is kept. */
import type { RoomState } from './core/room.svelte'
import type { UserId } from './protocol'

export const words = $state<{
  /** What the last message of a room has brought, where nothing was written with it. */
  attached?: (room: RoomState) => string
  /** Who is writing. */
  typing?: (typing: readonly UserId[]) => string
}>({})
