/** How much of the window banners take at the top: what is shown over the page, such as a toast, keeps clear of them. */

/** Sets it, as `--top`, until it is called. */
export function followTop(): () => void {
  const { style } = document.documentElement
  const observer = new ResizeObserver(([top]) => style.setProperty('--top', `${top!.contentRect.height}px`))
  observer.observe(document.querySelector('.shell > .top')!)
  return () => {
    observer.disconnect()
    style.removeProperty('--top')
  }
}
