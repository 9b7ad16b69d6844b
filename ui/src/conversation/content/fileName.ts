/** How the name of a file is shown: its end, by which one knows what it is, is always to be seen. Pure. */
import { graphemes } from '../../core/graphemes'
import type { IconName } from '../../parts/sprite'

/** Characters of a name of which nothing but the ending is always seen. */
const SHORT_MAX = 14
/** Characters of an ending at most, with its dot. */
const ENDING_MAX = 9
/** Characters before the ending that are always seen, too: copies are told apart by them. */
const TAIL = 4

/** A name in two parts: of the first the beginning may be all that is seen. */
export function nameParts(name: string): readonly [start: string, end: string] {
  const characters = [...graphemes(name)]
  const dot = characters.lastIndexOf('.')
  const ending = characters.length - dot
  const kept = (characters.length > SHORT_MAX ? TAIL : 0) + (dot > 0 && ending <= ENDING_MAX ? ending : 0)
  if (kept === 0) return [name, '']
  return [characters.slice(0, -kept).join(''), characters.slice(-kept).join('')]
}

/**
 * How wide is what is seen of a beginning where `room` is not enough for it: as many characters as fit whole, and the sign for
 * the rest. One character stands before that sign in any case: a browser would cut it off, and leave the sign out.
 */
export function seenWidth(start: string, room: number, widthOf: (text: string) => number): number {
  const sign = widthOf('…')
  let text = ''
  let seen = 0
  for (const character of graphemes(start)) {
    text += character
    const width = widthOf(text)
    if (seen > 0 && width + sign > room) break
    seen = width
  }
  return Math.ceil(seen + sign)
}

const ICONS: readonly (readonly [IconName, RegExp])[] = [
  ['picture', /^image\/|\.(avif|heic|svg|tiff?|psd|xcf)$/],
  ['audio', /^audio\/|\.(flac|midi?)$/],
  ['video', /^video\/|\.(mkv|avi)$/],
  ['file-archive', /\.(zip|7z|rar|tar|gz|tgz|bz2|xz|zst|iso|dmg|apk)$/],
  ['file-table', /\.(csv|tsv|xlsx?|ods|numbers)$/],
  ['file-text', /^text\/|\/pdf$|\.(pdf|docx?|odt|rtf|pages|txt|md|epub)$/],
]

/** The icon that says most of what a file is. */
export function fileIcon({
  name,
  media_type,
}: {
  readonly name: string
  readonly media_type: string
}): IconName {
  const found = ICONS.find(([, fits]) => fits.test(media_type) || fits.test(name.toLowerCase()))
  return found?.[0] ?? 'file'
}
