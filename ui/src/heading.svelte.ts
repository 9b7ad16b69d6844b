let titled = $state.raw<{ readonly text: string } | null>(null)

/** What the page is about, as the heading of its screen says; nothing where it has none. */
export const headingText = () => titled?.text ?? ''

/** For the heading of a screen: what it says is the window's title, but for one beside the content. */
export function titles(text: string) {
  return (heading: Element) => {
    if (heading.closest('nav, aside')) return
    const own = { text }
    titled = own
    return () => {
      if (titled === own) titled = null
    }
  }
}
