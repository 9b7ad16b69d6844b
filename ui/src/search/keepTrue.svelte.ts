import { untrack } from 'svelte'
import { chat } from '../chat'
import type { Message, Seq } from '../protocol'
import type { SearchState } from './state.svelte'

/** Takes from a search what is deleted or says something else while it is shown, and asks anew when that cannot be known. For a component's start. */
export function keepTrue(search: SearchState): void {
  let reloads = untrack(() => chat.events.reloads)
  $effect(() => {
    if (chat.events.reloads === reloads) return
    reloads = chat.events.reloads
    untrack(() => search.again())
  })
  $effect(() => {
    const drop = (message: Seq) => search.drop(message)
    const change = (message: Message) => search.change(message)
    chat.events.buriers.add(drop)
    chat.events.editors.add(change)
    return () => {
      chat.events.buriers.delete(drop)
      chat.events.editors.delete(change)
    }
  })
  $effect(() => () => search.stop())
}
