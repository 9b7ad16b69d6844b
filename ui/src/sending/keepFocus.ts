/** Pressing a button of the composer must not take the focus, or the phone's keyboard goes and comes with each message. */
export function keepFocus(form: HTMLElement): () => void {
  const hold = (event: Event) => {
    if (event.target instanceof Element && event.target.closest('button')) event.preventDefault()
  }
  form.addEventListener('pointerdown', hold)
  form.addEventListener('mousedown', hold)
  return () => {
    form.removeEventListener('pointerdown', hold)
    form.removeEventListener('mousedown', hold)
  }
}
