/**
 * Copying what is selected in one formatted text gives what was typed. Over several messages, with their authors and times,
 * it is the browser's to say what that looks like.
 */
import type { Part } from './formatting'
import { drawnOf, piecesOf, placeOf, typedBetween } from './typed'

type Drawn = { readonly text: string; readonly shown: readonly Part[] }

const FORMATTED = '[data-formatted]'
/** What stands around a text and its state. */
const WORDS = '.text'

const drawn = new WeakMap<Element, () => Drawn>()

/** What is drawn in the element is asked for when something is copied. For `{@attach …}`. */
export function copiedAsTyped(what: () => Drawn): (element: HTMLElement) => void {
  return (element) => {
    element.dataset.formatted = ''
    drawn.set(element, what)
    // Adding it again changes nothing.
    document.addEventListener('copy', copy)
  }
}

function copy(event: ClipboardEvent): void {
  const selection = getSelection()
  if (event.defaultPrevented || !event.clipboardData || selection?.rangeCount !== 1) return
  const range = selection.getRangeAt(0)
  const element = formattedIn(range)
  const typed = element && typedIn(range, element)
  if (!typed) return
  event.clipboardData.setData('text/plain', typed)
  event.preventDefault()
}

/** The only text in the selection. */
function formattedIn(range: Range): Element | undefined {
  const { commonAncestorContainer: common } = range
  const around = common instanceof Element ? common : common.parentElement
  const within = around?.closest(FORMATTED)
  const all = within ? [within] : [...(around?.querySelectorAll(FORMATTED) ?? [])]
  return all.find((element) => range.intersectsNode(element) && isAlone(element, range))
}

/** Its state may be selected with it, as by three clicks. */
function isAlone(element: Element, range: Range): boolean {
  const before = range.cloneRange()
  before.setEndBefore(element)
  const after = range.cloneRange()
  after.setStartAfter(element.closest(WORDS) ?? element)
  return `${before}${after}`.trim() === ''
}

/** Null where it does not stand as it was drawn. */
function typedIn(range: Range, element: Element): string | null {
  const { text, shown } = drawn.get(element)!()
  const nodes = textNodes(element)
  const pieces = [...piecesOf(shown)]
  if (pieces.length !== nodes.length) return null
  let [from, to] = [-1, -1]
  for (const [at, piece] of pieces.entries()) {
    const node = nodes[at]!
    if (node.data !== drawnOf(text, piece)) return null
    if (!range.intersectsNode(node)) continue
    const start = node === range.startContainer ? range.startOffset : 0
    const end = node === range.endContainer ? range.endOffset : node.length
    if (start === end) continue
    if (from < 0) from = start === 0 ? piece.from : placeOf(text, piece, start)
    to = end === node.length ? piece.to : placeOf(text, piece, end)
  }
  return from < to ? typedBetween(text, shown, from, to) : null
}

/** Without what stands on buttons, and what holds their places. */
function textNodes(element: Element): Text[] {
  const nodes: Text[] = []
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    if (node instanceof Text && node.data !== '' && !node.parentElement?.closest('button')) nodes.push(node)
  return nodes
}
