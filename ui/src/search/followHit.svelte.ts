/** A hit that was pressed: where it leads, the words that were found are brought into sight and marked. */
import type { Hit } from '../protocol'
import { router } from '../router.svelte'
import { keepMarked } from './highlight'
import { toMark } from './toMark'

let stop = () => {}

/** Until another place is gone to. */
export function followHit(hit: Hit): void {
  stop()
  let unmark = () => {}
  const shown = ({ target }: Event) => {
    const row = target as HTMLElement
    unmark()
    toMark(row, hit, 'newer')
    unmark = keepMarked(row.parentElement ?? row, [hit], hit.message.id)
  }
  let hasArrived = false
  const unfollow = $effect.root(() => {
    $effect(() => {
      if (isAt(hit)) hasArrived = true
      else if (hasArrived || router.route.at !== 'search') stop()
    })
  })
  stop = () => {
    unfollow()
    unmark()
    document.removeEventListener('shown', shown)
    stop = () => {}
  }
  document.addEventListener('shown', shown)
}

/** Whether the message is what the address leads to. A search within its room has marks of its own. */
function isAt({ message }: Hit): boolean {
  const { route, find } = router
  return route.at === 'room' && route.message === message.id && find === null
}
