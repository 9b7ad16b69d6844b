/** Of all that can be heard in the page one thing is heard at a time. */

let heard: HTMLMediaElement | null = null
let follows = false

/** What begins to play from now on has whatever played before pause. */
export function followPlaying(): void {
  if (follows) return
  follows = true
  // Such an event is told to nobody around its element but to those who ask before it.
  document.addEventListener('play', ({ target }) => began(target as HTMLMediaElement), { capture: true })
}

function began(next: HTMLMediaElement): void {
  if (heard !== next) heard?.pause()
  heard = next
}

/** Nothing is heard any more: somebody is about to speak. */
export function hush(): void {
  heard?.pause()
}

/** Keys by which a browser's own controls are used, and which lead from message to message elsewhere in a row. */
export function keepKeys(event: KeyboardEvent): void {
  if (/^Arrow|^Home$|^End$/.test(event.key)) event.stopPropagation()
}
