/**
 * Opens a picture over everything. The viewer is loaded with the first, and belongs to no message: the row from which it was
 * opened may go while one looks at another.
 */
import { mount } from 'svelte'
import { errorText, withTexts } from '../../i18n'
import { toasts } from '../../parts/toasts.svelte'
import type { Message } from '../../protocol'

type Host = { open(message: Message, place: number): void }
let host: Promise<Host> | null = null

export async function openViewer(message: Message, place: number): Promise<void> {
  host ??= withTexts(import('./ViewerHost.svelte')).then(({ default: ViewerHost }) =>
    mount(ViewerHost, { target: document.body }),
  )
  try {
    const { open } = await host
    open(message, place)
  } catch {
    host = null
    toasts.show(errorText('unreachable'), 'fault')
  }
}
