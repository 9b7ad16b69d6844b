/** What a list of completions needs to know, and how what is chosen comes into a text. */

/** Something is being named: its sign (`@`, `:`) is at `from`, and this much of it stands behind. */
export type Named = { readonly from: number; readonly typed: string }

/** Puts words in place of a stretch of a field, the caret behind them; by the browser's own hand, so that it can be undone. */
export function insertText(field: HTMLTextAreaElement, words: string, from: number, upto: number): void {
  field.focus({ preventScroll: true })
  field.setSelectionRange(from, upto)
  if (document.execCommand('insertText', false, words)) return
  field.setRangeText(words, from, upto, 'end')
  field.dispatchEvent(new InputEvent('input', { bubbles: true }))
}
