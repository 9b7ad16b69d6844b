/** What lies in the trays would be lost with the page: who leaves it is asked first, and only while there is something. */
import { chat } from '../chat'
import { isHeld } from './tray.svelte'

/** Something has come into a tray, or gone out of it. A page that listens when there is nothing is not kept for "back". */
export function mindTrays(): void {
  if (holdsAny()) addEventListener('beforeunload', ask)
  else removeEventListener('beforeunload', ask)
}

function ask(event: BeforeUnloadEvent) {
  // The rooms may have gone since.
  if (holdsAny()) event.preventDefault()
}

const holdsAny = () => [...chat.rooms.all.values()].some(isHeld)
