/** Opens a chain of replies, whatever becomes of the row in which it was asked for. */
import type { RoomState } from '../core/room.svelte'
import { hosted } from '../parts/hosted'
import type { Seq } from '../protocol'

const host = hosted(() => import('./ChainHost.svelte'))

export const openChain = (room: RoomState, chain: Seq) => host(({ open }) => open(room, chain))
