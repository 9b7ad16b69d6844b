/** Ctrl/⌘ F while a search is open leads to its field; pressed again, it is the browser's own search of the page. */
export function followFindKey(field: () => HTMLInputElement | undefined): () => void {
  const pressed = (event: KeyboardEvent) => {
    const command = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey
    if (!command || event.key.toLowerCase() !== 'f' || document.querySelector('dialog[open]')) return
    // Before the page's own keys, which would open the search anew.
    event.stopPropagation()
    if (document.activeElement === field()) return
    event.preventDefault()
    field()?.focus()
    field()?.select()
  }
  document.addEventListener('keydown', pressed, true)
  return () => document.removeEventListener('keydown', pressed, true)
}

/** Whether a press of Escape is for what lies below: nothing else is open that it would close first. */
export function leaves(event: KeyboardEvent): boolean {
  if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing || event.keyCode === 229)
    return false
  return !document.querySelector('dialog[open], :popover-open')
}
