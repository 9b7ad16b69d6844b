/**
 * How much room a message's attachments take, known before anything of them is there: nothing moves when they come. They
 * stand in the order in which they were sent: pictures that follow each other as an album, films as wide as all is; whatever
 * else there is takes a line of its own, as high as the text is large. Pure.
 */
import type { Attachment, PictureFacts } from '../../protocol'
import { groupsOf } from './placed'

/** CSS pixels: the longer edge of a picture at most, and the width of all others. */
export const EDGE = 320
/** The shorter edge of a picture at least, as a finger needs it: the rest of what is very wide or tall is not shown. */
const SHORT = 120
/** The height of a film, and of what lies between two of them. */
const FILM = 180
export const GAP = 4

/** `lines`: how many are not measured in pixels. */
export type Frame = { readonly width: number; readonly height: number; readonly lines: number }

export function frameOf(attachments: readonly Attachment[]): Frame {
  const frame = { width: EDGE, height: 0, lines: 0 }
  for (const group of groupsOf(attachments)) {
    if ('pictures' in group) {
      const [first, more] = group.pictures
      if (first && !attachments[1]) return { ...tileOf(first.what), lines: 0 }
      frame.height += GAP + (first && !more ? tileOf(first.what).height : albumHeight(group.pictures.length))
    } else if (group.other.what.type === 'video') frame.height += FILM + GAP
    else frame.lines++
  }
  return frame
}

/** The size at which one picture is shown. */
export function tileOf({ width, height }: PictureFacts): { readonly width: number; readonly height: number } {
  const scale = Math.min(1, EDGE / Math.max(width, height))
  return { width: Math.max(SHORT, width * scale), height: Math.max(SHORT, height * scale) }
}

/** The pictures of an album that stand beside each other at most. */
export const columnsOf = (count: number) => (count < 5 ? 2 : 3)

/** The cells of its lowest row are squares. */
function albumHeight(count: number): number {
  const columns = columnsOf(count)
  return (EDGE / columns) * Math.ceil(count / columns)
}
