/** Tabs of one browser for tests: pages on one device, signed in by one cookie at one box. */
import { expect, vi } from 'vitest'
import type { Message, Room, User } from '../../protocol'
import * as api from '../api'
import * as apiBox from '../apiBox'
import { Chat } from '../chat.svelte'
import { signOut } from '../leaving'
import { ada, type Box, type Guest } from './box'
import { comingIn } from './comingIn'
import type { Device } from './device'

export class Browser {
  /** Whose session the cookie is of, by the box. */
  signedIn: User | null = ada
  /** Whether the box answers requests. */
  isThere = true
  /** What the box answers to that. */
  whoIsIn: () => Promise<User | null> = async () => this.signedIn
  frame: (call: () => void) => void = (call) => call()
  people: User[] = [ada]
  history: readonly Message[] = []
  archived: readonly Room[] = []
  /** How often the box was asked to sign somebody out, and what becomes of it. */
  logouts = 0
  logout: () => Promise<void> = async () => void (this.signedIn = null)

  readonly #box: Box
  readonly #device: Device
  readonly #chats: Chat[] = []
  readonly #answers = this.#answer()

  constructor(box: Box, device: Device) {
    this.#box = box
    this.#device = device
  }

  /** A new page; nothing is asked yet. */
  tab(): Chat {
    const { kept, storage } = this.#device.open()
    const chat = new Chat({
      api: this.#answers,
      world: {
        open: () => this.#open(),
        now: Date.now,
        chance: () => 0.5,
        tab: this.#chats.length + 1,
        frame: (call) => this.frame(call),
      },
      kept,
      storage,
    })
    this.#chats.push(chat)
    return chat
  }

  /** A page that is in and has been welcomed. */
  async inside(welcome: Parameters<Guest['greet']>[0] = {}): Promise<{ chat: Chat; guest: Guest }> {
    const chat = this.tab()
    await chat.entry.start()
    const guest = await this.welcome(chat, welcome)
    return { chat, guest }
  }

  /** Welcomes the next connection of this page that it does not think better of. */
  async welcome(chat: Chat, welcome: Parameters<Guest['greet']>[0] = {}): Promise<Guest> {
    for (;;) {
      const guest = await this.#box.guest()
      const isGreeted = guest.greet(this.signedIn ? { me: this.signedIn, ...welcome } : welcome)
      const isOpen = isGreeted.then(() => vi.waitFor(() => expect(chat.link.is).toBe('open')))
      const won = await Promise.race([isOpen.then(() => true), guest.closed.then(() => false)])
      if (won) return guest
    }
  }

  /** Signs out in this tab, as its settings do; says whether the box heard it. */
  signOut(chat: Chat): Promise<boolean> {
    return signOut(chat.entry, this.#answers.logout)
  }

  /** Signs in by the form. */
  signIn(chat: Chat, name: string, password: string, takeover: boolean): Promise<User> {
    return comingIn(chat, this.#answers).signIn(name, password, takeover)
  }

  close(): void {
    for (const chat of this.#chats) chat.hide()
  }

  /** As a browser whose network, or whose box, is gone. */
  #open(): WebSocket {
    if (!this.isThere) throw new Error('nobody is there')
    return this.#box.connect()
  }

  #answer(): typeof api & typeof apiBox {
    const asked = async <T>(answer: () => T | Promise<T>): Promise<T> => {
      if (!this.isThere) throw new api.Refusal('unreachable')
      return answer()
    }
    const me = async () => {
      const user = await this.whoIsIn()
      if (!user) throw new api.Refusal('not_signed_in')
      return { user, has_password: true, receipts: true }
    }
    return {
      ...api,
      ...apiBox,
      box: () => asked(() => boxInfo),
      me: () => asked(me),
      people: () => asked(() => this.people),
      keepsCookies: () => asked(() => true),
      login: ({ name }) =>
        asked(() => {
          this.signedIn = this.people.find((user) => user.name === name)!
          return this.signedIn
        }),
      logout: () =>
        asked(() => {
          this.logouts += 1
          return this.logout()
        }),
      history: () => asked(() => ({ messages: [...this.history], more_before: false, more_after: false })),
      room: (id) =>
        asked(() => {
          const archived = this.archived.find((room) => room.id === id)
          if (!archived) throw new api.Refusal('not_a_member')
          return archived
        }),
      joinedRooms: () => asked(() => ({ rooms: [], more: false })),
      archivedRooms: () => asked(() => ({ rooms: [], more: false })),
    }
  }
}

const boxInfo = {
  name: 'porch',
  version: '0.1.0',
  registration: 'open' as const,
  owner_exists: true,
  guests: true,
}
