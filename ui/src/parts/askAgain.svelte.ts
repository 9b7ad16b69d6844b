import { untrack } from 'svelte'
import { chat } from '../chat'

/** What could not be loaded is asked for again when the box is back. For a component that is being made. */
export function askAgain(isLacking: () => boolean, load: () => unknown): void {
  $effect(() => {
    if (chat.link.is === 'open')
      untrack(() => {
        if (isLacking()) void load()
      })
  })
}
