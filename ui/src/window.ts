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
}
