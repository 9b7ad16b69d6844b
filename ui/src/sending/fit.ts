/** How large a picture is sent, and what it is called then. Pure. */

/** Pixels of the longer edge of what is sent: as many as most screens show at once. */
export const EDGE_PX_MAX = 2_048
/** A picture of at most so many bytes that is no photograph stays as it is: what is drawn sharply (a screenshot) would not. */
const LIGHT_BYTES_MAX = 300_000

export type Size = { readonly width: number; readonly height: number }

/** The same shape within a square of this edge; never larger than it is. */
export function fitted({ width, height }: Size, edge: number): Size {
  const scale = Math.min(1, edge / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/** Whether drawing it anew is worth it. A photograph is: what the camera wrote beside it, the place among it, stays here. */
export function isWorthIt(file: { readonly type: string; readonly size: number }, size: Size): boolean {
  if (Math.max(size.width, size.height) > EDGE_PX_MAX || file.type === 'image/jpeg') return true
  return file.size > LIGHT_BYTES_MAX
}

const ENDINGS: { readonly [type: string]: string } = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
}

/** `photo.heic` that has become a JPEG is `photo.jpg`. */
export function nameAs(name: string, type: string): string {
  const ending = ENDINGS[type]
  if (!ending) return name
  const stem = name.replace(/\.[^.]{1,5}$/, '')
  const isSo = name.toLowerCase().endsWith(`.${ending}`) || (ending === 'jpg' && /\.jpeg$/i.test(name))
  return isSo ? name : `${stem || 'picture'}.${ending}`
}
