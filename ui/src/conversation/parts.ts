/** A message's text in pieces, each of a kind. A chunk of its own: most first looks at a chat need none of it. Pure. */
import { linksOf } from './links'

export type Part = { readonly text: string; readonly href: string | null }

/** `own` is the host and port under which this page was opened. */
export function partsOf(text: string, own: string): Part[] {
  const parts: Part[] = []
  let at = 0
  for (const { start, end, href } of linksOf(text, own)) {
    if (start > at) parts.push({ text: text.slice(at, start), href: null })
    parts.push({ text: text.slice(start, end), href })
    at = end
  }
  if (at < text.length) parts.push({ text: text.slice(at), href: null })
  return parts
}
