/** The room whose newest messages lie in the window of this tab; what else is needed to see them, the page does not know. */
import type { RoomId } from './protocol'

export const sight = $state({ room: null as RoomId | null })
