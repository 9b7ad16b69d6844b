/** What happens to the window, told to the chat: network, visibility, leaving and coming back. */
import { chat } from './chat'

export function followWindow(): void {
  window.addEventListener('online', () => chat.wake())
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') chat.wake()
  })
  window.addEventListener('pagehide', () => chat.hide())
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) chat.show()
  })
}
