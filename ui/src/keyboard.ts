/** On iOS the keyboard covers the page instead of making it smaller: `--seen` is what is left of it. */

/** A keyboard is higher than any bar a browser shows and hides. */
const KEYBOARD_PX_MIN = 120

if (visualViewport) follow(visualViewport)

function follow(viewport: VisualViewport): void {
  const root = document.documentElement
  viewport.addEventListener('resize', () => {
    const covered = innerHeight - viewport.height
    if (viewport.scale === 1 && covered > KEYBOARD_PX_MIN) {
      root.style.setProperty('--seen', `${viewport.height}px`)
      scrollTo(0, 0)
    } else {
      root.style.removeProperty('--seen')
    }
  })
}
