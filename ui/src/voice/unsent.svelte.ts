/** The voice message of a room that is not sent yet: kept as long as the page, wherever one goes in it. */

import type { RoomState } from '../core/room.svelte'
import { alsoHolds } from '../sending/beforeUnload'
import type { Recording } from './recording.svelte'

class UnsentVoice {
  recording = $state.raw<Recording | null>(null)

  get holds(): boolean {
    return this.recording !== null && this.recording.stage !== 'over'
  }
}

/** Gone with their rooms, when somebody signs out. */
const voices = new WeakMap<RoomState, UnsentVoice>()

export function unsentVoiceOf(room: RoomState): UnsentVoice {
  let voice = voices.get(room)
  if (!voice) voices.set(room, (voice = new UnsentVoice()))
  return voice
}

alsoHolds((room) => voices.get(room)?.holds ?? false)
