/** Has what stands in the composers on all devices of whoever is here. */
import { chat } from './chat'
import { ask } from './core/api'
import { DraftSync } from './core/draftSync'
import type { Drafts } from './protocol'

/** Once somebody is here. */
export function syncDrafts(): void {
  if (!chat.me || chat.draftSync) return
  chat.draftSync = new DraftSync({
    room: (id) => chat.rooms.get(id),
    rooms: () => chat.rooms.all.values(),
    isAhead: chat.draftsAhead.isAhead,
    settle: chat.draftsAhead.settle,
    take: (room, text) => chat.takeDraft(room, text),
    keep: (room, body) => chat.commands.ask({ type: 'keep_draft', room, body }),
    all: () => ask<Drafts>('GET', '/api/drafts'),
  })
  if (chat.welcomedWith) void chat.draftSync.welcomed(...chat.welcomedWith)
}
