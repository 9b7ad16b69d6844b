/** The keyboard's ways through the page. Single letters belong to the focused message, not to these. */
import { chat } from './chat'
import type { RoomState } from './core/room.svelte'
import { findIn, roomPath, router } from './router.svelte'
import { appearance } from './style/appearance.svelte'
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
    if (alone && key === 'k') show('switcher')
    else if (alone && key === 'f') search(open())
    else if (event.altKey && !command && (key === 'arrowdown' || key === 'arrowup')) {
      step(key === 'arrowdown' ? 1 : -1, event.shiftKey)
    } else if (event.key === '?' && appearance.singleKeys && !command && !isWriting(event.target))
      show('help')
    else if (event.key === 'Escape') return close(event)
    else return
    event.preventDefault()
  }
  document.addEventListener('keydown', pressed)
  return () => document.removeEventListener('keydown', pressed)
}

/** In the room that is in sight, else everywhere. */
function search(room: RoomState | undefined): void {
  if (room) findIn(room.id)
  else router.go('/search')
}

function step(by: 1 | -1, unreadOnly: boolean): void {
  const route = router.route
  const here = 'room' in route ? route.room : null
  const rooms = chat.rooms.sorted.filter(
    (room) => !room.settings.archived && (!unreadOnly || room.unread > 0 || room.id === here),
  )
  if (rooms.length === 0) return
  const at = rooms.findIndex((room) => room.id === here)
  const next = at < 0 ? (by === 1 ? 0 : rooms.length - 1) : (at + by + rooms.length) % rooms.length
  const room = rooms[next]
  if (room && room.id !== here) router.go(roomPath(room.id))
}

function close(event: KeyboardEvent): void {
  const route = router.route
  if (route.at !== 'details') return
  event.preventDefault()
  router.go(roomPath(route.room), { replace: true })
}
