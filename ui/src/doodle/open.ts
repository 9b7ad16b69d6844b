/**
 * Opens a doodle over everything. What draws is loaded with the first, and belongs to no screen: what it was opened from may go
 * meanwhile.
 */
import { mount } from 'svelte'
import type { RoomState } from '../core/room.svelte'
import { errorText, withTexts } from '../i18n'
import { toasts } from '../parts/toasts.svelte'

export type DoodleAsked = {
  /** Where it is kept until it is sent. */
  readonly room: RoomState
  /** What is to be drawn on; without, what was begun there goes on, or a sheet is empty. */
  readonly picture?: Blob
  /** Takes what was drawn, as a picture; says whether it did: otherwise the doodle stays. */
  readonly take: (picture: File) => boolean
  /** It was taken, and the doodle is closed. */
  readonly ontaken?: () => void
}

type Host = { open(asked: DoodleAsked): Promise<void> }
let host: Promise<Host> | null = null

export async function openDoodle(asked: DoodleAsked): Promise<void> {
  host ??= withTexts(import('./DoodleHost.svelte')).then(({ default: DoodleHost }) =>
    mount(DoodleHost, { target: document.body }),
  )
  try {
    const { open } = await host
    await open(asked)
  } catch {
    host = null
    toasts.show(errorText('unreachable'), 'fault')
  }
}
