/**
 * What the tabs of one browser know of each other, by locks: they are let go of when a tab ends, however it ends, so nobody
 * has to say that they have gone. Browsers that know none have one tab each.
 */
import type { RoomId } from '../protocol'

const TELLING = 'porch.notify'
const VISIBLE = 'porch.visible'
const seenLock = (room: RoomId) => `porch.seen.${room}`

/** Once at a time among all tabs. */
export async function exclusively(work: () => Promise<void>): Promise<void> {
  try {
    await (navigator.locks ? navigator.locks.request(TELLING, work) : work())
  } catch (thrown) {
    // A page that goes lets go of what it was waiting for.
    if (!(thrown instanceof DOMException)) throw thrown
  }
}

/** Lets other tabs know that this one is on the screen, and which room is before the eyes there; until it is called. */
export function letKnow(isVisible: boolean, seen: RoomId | null): () => void {
  const names = [...(isVisible ? [VISIBLE] : []), ...(seen !== null ? [seenLock(seen)] : [])]
  const releases = names.map(hold)
  return () => {
    for (const release of releases) release()
  }
}

/** What the tabs let each other know. */
export async function known(): Promise<{ isVisible: boolean; isSeen(room: RoomId): boolean }> {
  const { held = [] } = (await navigator.locks?.query().catch(() => undefined)) ?? {}
  const names = new Set(held.map(({ name }) => name))
  return { isVisible: names.has(VISIBLE), isSeen: (room) => names.has(seenLock(room)) }
}

function hold(name: string): () => void {
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  void navigator.locks?.request(name, { mode: 'shared' }, () => held).catch(() => {})
  return release
}
