/** What the first bytes of a file say of a picture: whether it moves. Pure. */

/** Bytes that are looked at: what stands before the picture itself in all but strange files. */
export const HEAD_BYTES = 64 * 1024

/** GIFs count as moving: those that do not are small. A picture that is drawn anew would stand still. */
export function moves(head: Uint8Array): boolean {
  if (has(head, 0, 'GIF8')) return true
  if (has(head, 0, '\x89PNG')) return isBefore(head, 'acTL', 'IDAT')
  if (has(head, 0, 'RIFF') && has(head, 8, 'WEBPVP8X')) return ((head[20] ?? 0) & 0x02) !== 0
  return has(head, 4, 'ftypavis')
}

function has(head: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (head[at + i] !== text.charCodeAt(i)) return false
  return true
}

function isBefore(head: Uint8Array, wanted: string, end: string): boolean {
  for (let at = 0; at < head.length; at++) {
    if (has(head, at, wanted)) return true
    if (has(head, at, end)) return false
  }
  return false
}
