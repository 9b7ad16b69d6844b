/** What the window is like, where what is drawn depends on it: each question is asked once, for as long as the page lives. */

export function follow(query: string): { readonly current: boolean } {
  const list = matchMedia(query)
  let current = $state(list.matches)
  list.addEventListener('change', () => (current = list.matches))
  return {
    get current() {
      return current
    },
  }
}

/** There is room for the list and what it leads to beside each other. */
export const wide = follow('(min-width: 600px)')
/** It is pointed with a mouse, so that there is a keyboard, too. */
export const fine = follow('(pointer: fine)')
