import type { Attachment } from 'svelte/attachments'

/** Tells whenever the element comes into the window and goes out of it. */
export function inView(tell: (isThere: boolean) => void): Attachment<Element> {
  return (element) => {
    const observer = new IntersectionObserver((entries) => tell(entries.at(-1)!.isIntersecting))
    observer.observe(element)
    return () => observer.disconnect()
  }
}
