/**
 * Opens a picture over everything. The viewer is loaded with the first, and belongs to no message: the row from which it was
 * opened may go while one looks at another.
 */
import { mount } from 'svelte'
import { errorText, withTexts } from '../../i18n'
import { toasts } from '../../parts/toasts.svelte'
import type { Message } from '../../protocol'

/** Where pictures are looked at that a room's history need not hold: their messages in order, and how older ones come. */
export type Among = { readonly messages: readonly Message[]; load(): unknown }

type Host = { open(message: Message, place: number, among?: Among): void }
let host: Promise<Host> | null = null

/** `among`: the others that one goes to from it; without, those of the room. */
export async function openViewer(message: Message, place: number, among?: Among): Promise<void> {
  host ??= withTexts(import('./ViewerHost.svelte')).then(({ default: ViewerHost }) =>
    mount(ViewerHost, { target: document.body }),
  )
  try {
    const { open } = await host
    open(message, place, among)
  } catch {
    host = null
    toasts.show(errorText('unreachable'), 'fault')
  }
}
