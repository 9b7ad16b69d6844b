import type { Attachment } from 'svelte/attachments'

/** Calls back whenever the element comes within a screen's height of what is seen: long lists grow by it. */
export function whenSeen(callback: () => void): Attachment<Element> {
  return (element) => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) callback()
      },
      { rootMargin: '100% 0px' },
    )
    observer.observe(element)
    return () => observer.disconnect()
  }
}
