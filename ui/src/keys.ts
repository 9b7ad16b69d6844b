/** What keys open, from the first sight on. Single letters belong to the focused message, not to these. */
import type { RoomState } from './core/room.svelte'
import { findIn, router } from './router.svelte'
import { appearance } from './style/appearance.svelte'
import { typeAhead } from './typeAhead'
import { isWriting } from './writing'

export type Overlay = 'switcher' | 'help' | null

/** Listens until the returned function is called. `open`: the room that is in sight. */
export function followKeys(show: (overlay: Overlay) => void, open: () => RoomState | undefined): () => void {
  const pressed = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return
    if (document.querySelector('dialog[open]')) return
    const command = event.ctrlKey || event.metaKey
    const alone = command && !event.shiftKey && !event.altKey
    const key = event.key.toLowerCase()
    if (alone && key === 'k') {
      typeAhead()
      show('switcher')
    } else if (alone && key === 'f') search(open())
    else if (event.key === '?' && appearance.singleKeys && !command && !isWriting(event.target)) show('help')
    else return
    event.preventDefault()
  }
  document.addEventListener('keydown', pressed)
  return () => document.removeEventListener('keydown', pressed)
}

/** Opens the search in a room, or everywhere. */
export function search(room: RoomState | undefined): void {
  typeAhead()
  if (!room) router.go('/search')
  // Pressed again before it is there.
  else if (router.find === null) findIn(room.id)
}
