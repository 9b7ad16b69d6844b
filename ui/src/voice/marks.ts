/** Who has heard which voice message, wired to the page's chat: one in a page, from the first voice message on. */
import { chat } from '../chat'
import { ask } from '../core/api'
import { HeardMarks } from '../core/heardMarks.svelte'
import type { HeardMarks as Answer } from '../protocol'
import { queue } from '../sending/queue'

export const heardMarks = new HeardMarks({
  me: () => chat.me?.id,
  ask: (room, messages) => ask<Answer>('GET', `/api/rooms/${room}/heard?messages=${messages.join(',')}`),
  mark: (room, message) => queue.do({ type: 'mark_heard', room, message }),
})
chat.heardMarks = heardMarks
