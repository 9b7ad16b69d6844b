/**
 * Looks at a picture that is to be sent: how large it is, a small one for the tray, and one for the wire. One after the
 * other: ten large photographs at once would take a phone's memory.
 */
import { pictureSize } from '../parts/pictureSize'
import type { DrawAsked, Drawn } from './drawWorker'
import { EDGE_PX_MAX, fitted, isWorthIt, nameAs, type Size } from './fit'
import { HEAD_BYTES, moves } from './pictureBytes'

/** The longer edge of the small one: twice its size in the tray. */
const THUMB_PX = 256

export type SmallPicture = { readonly file: File; readonly size: Size }
export type OpenedPicture = {
  readonly size: Size
  readonly moves: boolean
  readonly thumb: Blob
  /** To be sent instead; null where the picture itself is better. */
  readonly small: SmallPicture | null
}

let turn: Promise<unknown> = Promise.resolve()

/** Null where it is no picture that this browser can draw. */
export function openPicture(file: File): Promise<OpenedPicture | null> {
  // Drawings in SVG are programs: the box takes them for files.
  if (!file.type.startsWith('image/') || file.type === 'image/svg+xml') return Promise.resolve(null)
  const opened = turn.then(() => open(file)).catch(() => null)
  turn = opened
  return opened
}

async function open(file: File): Promise<OpenedPicture | null> {
  const size = await pictureSize(file)
  if (!size) return null
  const isMoving = moves(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()))
  const smaller = isMoving || !isWorthIt(file, size) ? null : fitted(size, EDGE_PX_MAX)
  const drawn = await draw({ file, size, thumb: fitted(size, THUMB_PX), small: smaller })
  if (!drawn) return null
  const { thumb, small: blob } = drawn
  const small =
    smaller && blob && blob.size < file.size
      ? { file: new File([blob], nameAs(file.name, blob.type), { type: blob.type }), size: smaller }
      : null
  return { size, moves: isMoving, thumb, small }
}

function draw(asked: DrawAsked): Promise<Drawn | null> {
  const worker = new Worker(new URL('./drawWorker.ts', import.meta.url), { type: 'module' })
  const drawn = new Promise<Drawn | null>((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<Drawn | null>) => resolve(data)
    worker.onerror = () => resolve(null)
  })
  worker.postMessage(asked)
  return drawn.finally(() => worker.terminate())
}
