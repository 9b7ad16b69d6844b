/**
 * Marks the words that were found where the messages stand, by the CSS Custom Highlight API: neither rows nor texts know
 * of it. The row that is looked at is marked as a whole, too: in what was brought no word may be there to be marked.
 */
import type { Hit, Seq } from '../protocol'
import type { Mark } from './marks'

/** The names that the style sheet has for them: all hits, and the one that is looked at. */
const FOUND = 'found'
const LOOKED_AT = 'found-here'
/** What the row has that is looked at. */
const ROW = 'data-found-here'

/** Marks what is on the screen, now and as it changes, until the returned function is called. */
export function keepMarked(root: Element, hits: readonly Hit[], place: Seq | null): () => void {
  const highlights = 'highlights' in CSS ? CSS.highlights : null
  const byNumber = new Map(hits.map((hit) => [String(hit.message.n), hit]))
  let drawn: Highlight[] = []
  const draw = () => {
    for (const row of root.querySelectorAll<HTMLElement>('article[data-n]'))
      row.toggleAttribute(ROW, byNumber.get(row.dataset.n!)?.message.id === place)
    if (!highlights) return
    const found = new Highlight()
    const lookedAt = new Highlight()
    for (const row of root.querySelectorAll<HTMLElement>('article[data-n]')) {
      const hit = byNumber.get(row.dataset.n ?? '')
      if (!hit) continue
      const marked = hit.message.id === place ? lookedAt : found
      for (const { range } of marksIn(row, hit)) marked.add(range)
    }
    highlights.set(FOUND, found)
    highlights.set(LOOKED_AT, lookedAt)
    drawn = [found, lookedAt]
  }
  let frame = 0
  const changes = new MutationObserver(() => {
    frame ||= requestAnimationFrame(() => {
      frame = 0
      draw()
    })
  })
  changes.observe(root, { childList: true, characterData: true, subtree: true })
  draw()
  return () => {
    changes.disconnect()
    cancelAnimationFrame(frame)
    // By now they may be another search's.
    for (const name of [FOUND, LOOKED_AT]) {
      const there = highlights?.get(name)
      if (there && drawn.includes(there)) highlights?.delete(name)
    }
    for (const row of root.querySelectorAll(`[${ROW}]`)) row.removeAttribute(ROW)
  }
}

/** A mark of a hit, and where it is drawn. */
export type DrawnMark = { readonly mark: Mark; readonly range: Range }

/** Where the marks of a hit are in its row, which may lack some of what was written. */
export function marksIn(row: Element, { message, marks }: Hit): DrawnMark[] {
  const text = row.querySelector('.body')
  if (!text) return []
  const nodes: { readonly node: Node; readonly start: number }[] = []
  let drawn = ''
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT, isWritten)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    nodes.push({ node, start: drawn.length })
    drawn += node.nodeValue ?? ''
  }
  const places = placesIn(drawn, message.body)
  const found: DrawnMark[] = []
  for (const mark of marks) {
    const shown = places.slice(...mark).filter((at) => at >= 0)
    const [first] = shown
    const last = shown.at(-1)
    if (first === undefined || last === undefined) continue
    const range = document.createRange()
    const from = nodes.findLast((one) => one.start <= first)
    const to = nodes.findLast((one) => one.start <= last)
    if (!from || !to) continue
    range.setStart(from.node, first - from.start)
    range.setEnd(to.node, last + 1 - to.start)
    found.push({ mark, range })
  }
  return found
}

/** What stands on a button nobody has written. */
function isWritten(node: Node): number {
  return node.parentElement?.closest('button') ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT
}

/**
 * For each place in a text as it was written, where it is in the text as it is drawn; -1 where it is not: what is drawn may
 * leave something out (piled marks, mark-up), have another sign for one (overrides of the direction), or add to it.
 */
export function placesIn(drawn: string, written: string): number[] {
  const places = new Array<number>(written.length).fill(-1)
  let from = 0
  for (let at = 0; at < drawn.length; at++) {
    const place = written.indexOf(drawn[at]!, from)
    if (place < 0) continue
    places[place] = at
    from = place + 1
  }
  return places
}
