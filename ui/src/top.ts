/**
 * How much of the window banners take at the top: what is shown over the page, such as a toast, keeps clear of them, as long
 * as they leave it a place: in large letters several of them may fill the window.
 */

/** Sets it, as `--top`, until it is called. */
export function followTop(): () => void {
  const { style } = document.documentElement
  const observer = new ResizeObserver(([top]) =>
    style.setProperty('--top', `min(${top!.contentRect.height}px, 40dvh)`),
  )
  observer.observe(document.querySelector('.shell > .top')!)
  return () => {
    observer.disconnect()
    style.removeProperty('--top')
  }
}
