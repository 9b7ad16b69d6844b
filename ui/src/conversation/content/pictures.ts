/** How the pictures of a message lie beside each other, and which of their sizes are loaded. Pure. */
import type { PreviewEdge } from '../../core/attached'
import type { PictureFacts } from '../../protocol'
import { columnsOf, EDGE, tileOf } from './frame'

export type Size = { readonly width: number; readonly height: number }
/** A row of an album: its height for a width of `EDGE`, and how many stand in it, each as wide as the others. */
export type AlbumRow = { readonly from: number; readonly count: number; readonly cell: Size }

/** No row has two fewer than another; the upper ones have fewer, and show more of each. */
export function albumRows(count: number): AlbumRow[] {
  const columns = columnsOf(count)
  const rows = Math.ceil(count / columns)
  const least = Math.floor(count / rows)
  const larger = count % rows
  let from = 0
  return Array.from({ length: rows }, (_, at) => {
    const inRow = least + (at >= rows - larger ? 1 : 0)
    const row = { from, count: inRow, cell: { width: EDGE / inRow, height: EDGE / columns } }
    from += inRow
    return row
  })
}

/** What of it lies beyond its tile, as a part, before one cannot tell by what is seen. */
const CROPPED_MIN = 0.1

/** Whether a picture that is shown by itself is wider or taller than that shows. */
export function isCropped(facts: PictureFacts): boolean {
  if (isSmall(facts, tileOf(facts))) return false
  const { width, height } = tileOf(facts)
  const ratio = width / height / (facts.width / facts.height)
  return Math.min(ratio, 1 / ratio) < 1 - CROPPED_MIN
}

/** It fills nothing, and is shown as large as it is. */
export function isSmall(facts: Size, tile: Size): boolean {
  return facts.width < tile.width && facts.height < tile.height
}

export type Sources = { readonly src: string; readonly srcset: string | undefined; readonly sizes: string }

/** Of its previews the browser takes the one that has the pixels of the device. */
export function sourcesOf(facts: Size, tile: Size, pathOf: (edge: PreviewEdge) => string): Sources {
  const small = previewWidth(facts, 320)
  const large = previewWidth(facts, 1280)
  const drawn = isSmall(facts, tile) ? facts.width : coverWidth(facts, tile)
  return {
    src: pathOf(320),
    srcset: large > small ? `${pathOf(320)} ${small}w, ${pathOf(1280)} ${large}w` : undefined,
    sizes: `${Math.ceil(drawn)}px`,
  }
}

/** How wide a picture is drawn that covers a tile. */
const coverWidth = (facts: Size, tile: Size) =>
  Math.max(tile.width, (tile.height * facts.width) / facts.height)

/** The pixels of a preview from left to right. */
function previewWidth({ width, height }: Size, edge: PreviewEdge): number {
  return Math.max(1, Math.round(width * Math.min(1, edge / Math.max(width, height))))
}
