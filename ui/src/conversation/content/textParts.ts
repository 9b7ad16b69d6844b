/** A message's text in parts, each drawn in its own way. Pure. */
import { codeOf } from './code'
import { linksOf } from './links'

export type Part = {
  /** Where its text begins in the message's: what a part is known by. */
  readonly at: number
  readonly text: string
} & (
  | { readonly kind: 'text' | 'code' | 'block'; readonly href?: never }
  | { readonly kind: 'link'; readonly href: string }
)

/** `own` is the host and port under which this page was opened. */
export function partsOf(text: string, own: string): Part[] {
  const parts: Part[] = []
  let at = 0
  for (const { start, end, from, to, block } of codeOf(text)) {
    parts.push(...wordsAndLinks(text.slice(at, start), at, own))
    parts.push({ kind: block ? 'block' : 'code', at: from, text: text.slice(from, to) })
    at = end
  }
  parts.push(...wordsAndLinks(text.slice(at), at, own))
  return parts
}

function* wordsAndLinks(text: string, offset: number, own: string): Generator<Part> {
  let at = 0
  for (const { start, end, href } of linksOf(text, own)) {
    if (start > at) yield { kind: 'text', at: offset + at, text: text.slice(at, start) }
    yield { kind: 'link', at: offset + start, text: text.slice(start, end), href }
    at = end
  }
  if (at < text.length) yield { kind: 'text', at: offset + at, text: text.slice(at) }
}

/** What of the parts comes before `end` in the message's text. A link that is cut leads where it led. */
export function partsUntil(parts: readonly Part[], end: number): Part[] {
  const shown: Part[] = []
  for (const part of parts) {
    if (part.at >= end) break
    const text = part.text.slice(0, end - part.at)
    shown.push(
      text === part.text ? part : { ...part, text: part.kind === 'block' ? text.trimEnd() : `${text}…` },
    )
  }
  return shown
}
