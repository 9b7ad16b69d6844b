/** Where the links are in a text. A chunk of its own: most first looks at a chat need none of it. */
import { LinkifyIt } from 'linkify-it'

export type Part = { readonly text: string; readonly href: string | null }

const linkify = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: false, fuzzyIP: false })
  .add('ftp:', null)
  .add('//', null)
  .tlds(['app', 'arpa', 'dev', 'home', 'internal', 'lan', 'local'], true)

/** The text in pieces, links apart from what stands between them. */
export function partsOf(text: string): Part[] {
  const parts: Part[] = []
  let end = 0
  for (const link of linkify.match(text) ?? []) {
    if (link.index > end) parts.push({ text: text.slice(end, link.index), href: null })
    parts.push({ text: link.raw, href: link.url })
    end = link.lastIndex
  }
  if (end < text.length) parts.push({ text: text.slice(end), href: null })
  return parts
}
