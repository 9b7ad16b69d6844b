/** The gallery that was looked at last: whoever comes back from a message finds it as it was. */
import type { Chat } from '../core/chat.svelte'
import type { RoomState } from '../core/room.svelte'
import type { Event, Gallery, Message, Seq, UserId } from '../protocol'
import type { GalleryState } from './state.svelte'

/** What is seen first, and how far below the upper edge. */
export type Anchor = { readonly id: Seq; readonly at: number; readonly offset: number }

type Looked = {
  /** Who looked. */
  readonly me: UserId | undefined
  readonly room: RoomState
  readonly gallery: Gallery
  readonly state: GalleryState
  anchor: Anchor | null
  /** As of which reload of the chat. */
  reloads: number
  /** What is deleted goes, looked at or not. */
  readonly bury: (message: Seq) => void
  readonly change: (message: Message) => void
  readonly mark: (event: Event) => void
}

let last: Looked | null = null

/** The state of a gallery, which is told of what is deleted or edited from now on. */
export function look(chat: Chat, room: RoomState, gallery: Gallery, make: () => GalleryState): Looked {
  const me = chat.me?.id
  if (last?.me === me && last?.room === room && last.gallery === gallery) {
    if (last.reloads === chat.events.reloads) void last.state.refresh()
    else last.state.again()
    last.reloads = chat.events.reloads
    return last
  }
  if (last) {
    chat.events.buriers.delete(last.bury)
    chat.events.editors.delete(last.change)
    chat.events.markers.delete(last.mark)
  }
  const state = make()
  void state.load()
  const bury = (message: Seq) => state.drop(message)
  const change = (message: Message) => state.change(message)
  chat.events.buriers.add(bury)
  const mark = (event: Event) => pinned(event, room, gallery, state)
  chat.events.editors.add(change)
  chat.events.markers.add(mark)
  last = { me, room, gallery, state, anchor: null, reloads: chat.events.reloads, bury, change, mark }
  return last
}

/** What is pinned comes into the gallery of these, and what is taken down goes. */
function pinned({ room: id, what }: Event, room: RoomState, gallery: Gallery, state: GalleryState): void {
  if (gallery !== 'pins' || id !== room.id || what.type !== 'pinned') return
  if (what.on) void state.refresh()
  else state.drop(what.message)
}
