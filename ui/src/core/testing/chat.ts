/** A page before a box that says what the test tells it to: opened anew for each test of the file that imports this. */
import { afterEach, beforeEach, expect, vi } from 'vitest'
import type { HistoryPage, SearchPage, SessionEnd, User } from '../../protocol'
import * as api from '../api'
import * as apiBox from '../apiBox'
import { Chat } from '../chat.svelte'
import { ada, Box, type Guest, grace, room } from './box'
import { Device } from './device'

export let box: Box
export let device: Device
export let chat: Chat

/** What the box answers to requests, and what the browser does; a test puts its own in place. */
export const given = {} as {
  signedIn: User | null
  ended: SessionEnd | undefined
  keepsCookies: boolean
  people: () => Promise<User[]>
  history: (place: api.HistoryPlace) => HistoryPage | Promise<HistoryPage>
  archived: Set<number>
  joined: typeof api.joinedRooms
  search: () => Promise<SearchPage>
  connect: () => WebSocket
  frame: (call: () => void) => void
}

/** The requests answered by the test, everything else as it is: a request nobody expected fails. */
export function answers(): typeof api & typeof apiBox {
  return {
    ...api,
    ...apiBox,
    box: async () => ({
      name: 'porch',
      version: '0.1.0',
      registration: 'open' as const,
      owner_exists: true,
      guests: true,
    }),
    keepsCookies: async () => given.keepsCookies,
    me: async () => {
      if (!given.signedIn) throw new api.Refusal('not_signed_in', '', undefined, [], given.ended)
      return { user: given.signedIn, has_password: true, receipts: true }
    },
    join: async (_token, { name }) =>
      (given.signedIn = { ...grace, name, role: 'guest', ends_at: Date.now() + 86_400_000 }),
    login: async ({ takeover }) => {
      if (!takeover) throw new api.Refusal('in_use_elsewhere')
      return (given.signedIn = ada)
    },
    logout: async () => void (given.signedIn = null),
    people: () => given.people(),
    history: async (_room, place) => given.history(place),
    search: () => given.search(),
    room: async (id) => {
      if (!given.archived.has(id)) throw new api.Refusal('not_a_member')
      return room({ id, archived: true })
    },
    joinedRooms: (before) => given.joined(before),
    archivedRooms: async () => ({
      rooms: [...given.archived].map((id) => room({ id, archived: true })),
      more: false,
    }),
  }
}

/** One more page on this device. */
export function newChat(changed: Partial<typeof api> = {}): Chat {
  const { kept, storage } = device.open()
  return new Chat({
    api: { ...answers(), ...changed },
    world: {
      open: () => given.connect(),
      now: Date.now,
      chance: () => 0.5,
      tab: 7,
      frame: (call) => given.frame(call),
    },
    kept,
    storage,
  })
}

/** The page is loaded anew. */
export function openChat(): void {
  chat = newChat()
}

/** The page with its connection, and the box's end of that. */
export async function inside(welcome: Parameters<Guest['greet']>[0] = {}): Promise<Guest> {
  await chat.entry.start()
  const guest = await box.guest()
  await guest.greet(welcome)
  await vi.waitFor(() => expect(chat.link.is).toBe('open'))
  return guest
}

/** The numbers of a room's messages that the page has. */
export function numbers(id: number): number[] {
  return chat.rooms.get(id)!.timeline.ranges.flatMap((range) => range.rows.map((row) => row.n))
}

beforeEach(async () => {
  box = await Box.open()
  device = new Device()
  Object.assign(given, {
    signedIn: ada,
    ended: undefined,
    keepsCookies: true,
    people: async () => [ada, grace],
    history: () => ({ messages: [], more_before: false, more_after: false }),
    archived: new Set(),
    joined: async () => ({ rooms: [], more: false }),
    search: () => Promise.reject(new Error('not searched for')),
    connect: () => box.connect(),
    frame: (call) => call(),
  } satisfies typeof given)
  openChat()
})

afterEach(async () => {
  chat.hide()
  await box.close()
})
