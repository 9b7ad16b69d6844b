import { untrack } from 'svelte'
import { chat } from '../chat'
import type { Seq } from '../protocol'
import type { SearchState } from './state.svelte'

/** Takes from a search what is deleted while it is shown, and asks anew when that cannot be known. For a component's start. */
export function keepTrue(search: SearchState): void {
  let reloads = untrack(() => chat.events.reloads)
  $effect(() => {
    if (chat.events.reloads === reloads) return
    reloads = chat.events.reloads
    untrack(() => search.again())
  })
  $effect(() => {
    const drop = (message: Seq) => search.drop(message)
    chat.events.buriers.add(drop)
    return () => chat.events.buriers.delete(drop)
  })
  $effect(() => () => search.stop())
}
