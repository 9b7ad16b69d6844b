/** Opens who has reacted to a message, whatever becomes of its row. */
import type { RoomState } from '../core/room.svelte'
import { hosted } from '../parts/hosted'
import type { Seq } from '../protocol'

const host = hosted(() => import('./ReactionsHost.svelte'))

export const openReactions = (room: RoomState, message: Seq) => host(({ open }) => open(room, message))
