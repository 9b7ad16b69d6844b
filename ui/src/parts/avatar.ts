/** What stands for a person without a picture: a letter on a colour that never changes. */

import { graphemes } from '../core/graphemes'

/** A hue in whole degrees. Golden-angle steps keep people who joined one after another far apart. */
export function avatarHue(id: number): number {
  return Math.round((id * 137.508) % 360)
}

/** The first character of a name as a person sees it, in upper case: "Ada" "A", "王小明" "王", "👩‍🚀" whole. */
export function avatarLetter(name: string): string {
  const [first = '?'] = graphemes(name.trim())
  return first.toLocaleUpperCase()
}

/** The smallest stored picture that is sharp at `edge` CSS pixels on this screen. */
export function pictureSize(edge: number, pixelRatio: number): 32 | 96 | 256 {
  const pixels = edge * pixelRatio
  return pixels <= 32 ? 32 : pixels <= 96 ? 96 : 256
}
