/** The keyboard's ways from room to room, and back from what lies over one. Needed once the messages are seen. */
import { chat } from './chat'
import { detailsPath, roomPath, router } from './router.svelte'

/** Listens until the returned function is called. */
export function followSteps(): () => void {
  const pressed = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return
    if (document.querySelector('dialog[open]')) return
    if (event.key === 'Escape') close(event)
    else if (event.altKey && !event.ctrlKey && !event.metaKey && /^Arrow(Down|Up)$/.test(event.key)) {
      step(event.key === 'ArrowDown' ? 1 : -1, event.shiftKey)
      event.preventDefault()
    }
  }
  document.addEventListener('keydown', pressed)
  return () => document.removeEventListener('keydown', pressed)
}

function step(by: 1 | -1, unreadOnly: boolean): void {
  const route = router.route
  const here = 'room' in route ? route.room : null
  const rooms = chat.rooms.sorted.filter(
    (room) => !room.settings.archived && (!unreadOnly || room.unread > 0 || room.id === here),
  )
  const at = rooms.findIndex((room) => room.id === here)
  const room = rooms.at(at < 0 ? Math.min(0, by) : (at + by) % rooms.length)
  if (room && room.id !== here) router.go(roomPath(room.id))
}

function close(event: KeyboardEvent): void {
  const route = router.route
  if (route.at !== 'details' && route.at !== 'gallery') return
  event.preventDefault()
  if (route.at === 'gallery') router.back(detailsPath(route.room))
  else router.go(roomPath(route.room), { replace: true })
}
