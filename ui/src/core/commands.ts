/** Commands: each answers when the box has done it, or throws a `Refusal`. */
import type {
  Access,
  ClientMessage,
  Command,
  RoomId,
  RoomSetting,
  Seq,
  ServerMessage,
  UserId,
} from '../protocol'
import { Refusal } from './api'

/** How long an answer to a command may take. */
const ANSWER_WAIT_MS = 15_000

type Waiting = {
  resolve: (room: RoomId | null) => void
  reject: (refusal: Refusal) => void
  timer: ReturnType<typeof setTimeout>
}

export class Commands {
  #send: (message: ClientMessage) => boolean
  #waiting = new Map<number, Waiting>()
  #re = 0

  /** `send` says whether it did. */
  constructor(send: (message: ClientMessage) => boolean) {
    this.#send = send
  }

  async createRoom(name: string, access: Access, members: readonly UserId[]): Promise<RoomId> {
    return named(await this.ask({ type: 'create_room', name, access, members: [...members] }))
  }

  /** The direct room with this person, made when there is none. */
  async openDirect(user: UserId): Promise<RoomId> {
    return named(await this.ask({ type: 'open_direct', user }))
  }

  /** Sets one thing of a room: its name, whether it is archived, whether guests may be in it. */
  async setRoom(room: RoomId, setting: RoomSetting): Promise<void> {
    await this.ask({ type: 'set_room', room, setting })
  }

  async joinRoom(room: RoomId): Promise<void> {
    await this.ask({ type: 'join_room', room })
  }

  async leaveRoom(room: RoomId): Promise<void> {
    await this.ask({ type: 'leave_room', room })
  }

  /** At most 100 at once. */
  async addMembers(room: RoomId, users: readonly UserId[]): Promise<void> {
    await this.ask({ type: 'add_members', room, users: [...users] })
  }

  /** Deletes a message for everyone. */
  async deleteMessage(room: RoomId, message: Seq): Promise<void> {
    await this.ask({ type: 'delete', room, message })
  }

  /** The box has done it. */
  done({ re, room }: Extract<ServerMessage, { type: 'done' }>): void {
    this.#answered(re)?.resolve(room)
  }

  /** The box would not do it. */
  refused(re: number, refusal: Refusal): void {
    this.#answered(re)?.reject(refusal)
  }

  /** The connection is gone: what became of them is not known. */
  fail(): void {
    for (const re of [...this.#waiting.keys()]) this.refused(re, new Refusal('unreachable'))
  }

  /** Asks the box for something; what only some screens ask for has no method of its own here. */
  ask(command: Command): Promise<RoomId | null> {
    const re = ++this.#re
    return new Promise((resolve, reject) => {
      if (!this.#send({ type: 'command', re, command })) {
        reject(new Refusal('unreachable'))
        return
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(re)
        reject(new Refusal('unreachable'))
      }, ANSWER_WAIT_MS)
      this.#waiting.set(re, { resolve, reject, timer })
    })
  }

  #answered(re: number): Waiting | undefined {
    const waiting = this.#waiting.get(re)
    this.#waiting.delete(re)
    clearTimeout(waiting?.timer)
    return waiting
  }
}

function named(room: RoomId | null): RoomId {
  if (room === null) throw new Refusal('unexpected', 'the answer names no room')
  return room
}
