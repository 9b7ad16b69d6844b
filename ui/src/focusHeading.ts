/** After a step the focus may have gone with what it stood on: the new heading takes it. */
export function focusHeading(selector: string): void {
  const active = document.activeElement
  if (active && active !== document.body) return
  document.querySelector<HTMLElement>(selector)?.focus({ preventScroll: true })
}
