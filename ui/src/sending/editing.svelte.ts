/** A message of one's own whose text is changed in the composer. What stood there before stays as it was. */
import type { EditingState, RoomState } from '../core/room.svelte'
import { isUnseen } from '../core/unseen'
import { sendable } from '../core/wellFormed'
import type { Message } from '../protocol'

export class Editing implements EditingState {
  readonly message: Message
  text = $state('')
  #room: RoomState
  #keep: (text: string) => void

  /** `text`: what stands in the composer first. `keep` is given another text than the message has. */
  constructor(room: RoomState, message: Message, text: string, keep: (text: string) => void) {
    this.#room = room
    this.message = message
    this.text = text
    this.#keep = keep
  }

  get isSavable(): boolean {
    return this.message.attachments !== undefined || !isUnseen(this.text)
  }

  save(): void {
    this.stop()
    const text = sendable(this.text).trimEnd()
    if (text !== this.message.body) this.#keep(text)
  }

  stop(): void {
    if (this.#room.editing === this) this.#room.editing = null
  }
}
