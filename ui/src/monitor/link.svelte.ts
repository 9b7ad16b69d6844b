/** Connections that broke: told of once they are back, since before that nothing can be told. */
import { chat } from '../chat'
import type { Batch } from './batch'

export function followLink(batch: Pick<Batch, 'lost' | 'reachable'>): void {
  let wasOpen = false
  let broke = false
  $effect.root(() => {
    $effect(() => {
      const { is } = chat.link
      if (is === 'waiting') broke ||= wasOpen
      else if (is === 'open') {
        if (broke) batch.lost()
        batch.reachable()
      }
      if (is === 'idle' || is === 'stopped' || is === 'open') broke = false
      if (is !== 'connecting' && is !== 'waiting') wasOpen = is === 'open'
    })
  })
}
