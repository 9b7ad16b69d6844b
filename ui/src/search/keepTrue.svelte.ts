import { untrack } from 'svelte'
import { chat } from '../chat'
import type { Seq } from '../protocol'
import type { SearchState } from './state.svelte'

/** Takes from a search what is deleted while it is shown, and asks anew when that cannot be known. For a component's start. */
export function keepTrue(search: SearchState): void {
  let reloads = untrack(() => chat.reloads)
  $effect(() => {
    if (chat.reloads === reloads) return
    reloads = chat.reloads
    untrack(() => search.again())
  })
  $effect(() => {
    const drop = (message: Seq) => search.drop(message)
    chat.buriers.add(drop)
    return () => chat.buriers.delete(drop)
  })
  $effect(() => () => search.stop())
}
