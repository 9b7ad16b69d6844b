/** What happens to the window, told to the chat: network, visibility, leaving and coming back. */
import { chat, tab } from './chat'
import { leaveTab, takeTab } from './tab'

export function followWindow(): void {
  addEventListener('online', () => chat.wake())
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') chat.wake()
  })
  const { store } = chat.entry.kept
  addEventListener('pagehide', ({ persisted }) => {
    chat.hide()
    leaveTab(tab)
    if (persisted) store.letGo()
  })
  addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return
    store.takeUp()
    takeTab()
    chat.show()
  })
  if (visualViewport) followKeyboard(visualViewport)
}

/** A keyboard is higher than any bar a browser shows and hides. */
const KEYBOARD_PX_MIN = 120

/** On iOS the keyboard covers the page instead of making it smaller: `--seen` is what is left of it. */
function followKeyboard(viewport: VisualViewport): void {
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
