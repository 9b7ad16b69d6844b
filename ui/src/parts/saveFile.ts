/** Gives a text to the person as a file. */
export function saveFile(name: string, text: string, type: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type }))
  link.download = name
  link.click()
  // Not at once: a browser may ask where to put it first.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

/** Has the browser save what is at an address of the box. */
export function saveFrom(href: string, name: string): void {
  const link = document.createElement('a')
  link.href = href
  link.download = name
  link.click()
}
