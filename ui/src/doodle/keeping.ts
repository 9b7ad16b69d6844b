/** Where doodles that are not sent yet stay: on this device, of whoever is signed in, one in each room. */
import { chat } from '../chat'
import { accountOf } from '../core/account'
import { KeptDoodles } from '../core/keptDoodles'
import type { RoomState } from '../core/room.svelte'
import type { DoodleFacts, Keeping, KeptDrawing } from './doodling.svelte'
import type { DoodleStep } from './drawing'

const { kept } = chat.entry
const doodles = new KeptDoodles(kept.store, kept.accounts, Date.now)

/** Null where nobody is signed in any more. */
export function keepingIn(room: RoomState): Keeping | null {
  if (!chat.me) return null
  const of = accountOf(chat.me)
  // Of a room that one is not in any more nothing stays.
  const isThere = () => chat.rooms.get(room.id) === room
  return {
    keep: async (doodle) => !isThere() || doodles.keep(of, room.id, doodle),
    erase: () => doodles.erase(of, room.id),
  }
}

/** Whether one was begun there. */
export async function isBegunIn(room: RoomState): Promise<boolean> {
  return chat.me ? doodles.isKept(accountOf(chat.me), room.id) : false
}

/** What was begun there, if anything was. */
export async function keptIn(room: RoomState): Promise<KeptDrawing | null> {
  return chat.me ? doodles.read<DoodleFacts, DoodleStep>(accountOf(chat.me), room.id) : null
}
