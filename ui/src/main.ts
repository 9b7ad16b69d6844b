/** Starts the page: language and look first, then the chat, then what is seen of it. */
import { mount } from 'svelte'
import './monitor/early'
import './style/tokens.css'
import './style/base.css'
import App from './App.svelte'
import { chat } from './chat'
import { startLanguage, withTexts } from './i18n'
import { missingFeatures } from './parts/features'
import { router } from './router.svelte'
import { somethingToShow } from './somethingToShow'
import { appearance } from './style/appearance.svelte'
import { followWindow } from './window'

/** How long a step to another page may take. */
const RELOAD_WAIT_MS = 1_000

/** Chunks of the version before an update are gone from the box: load the new page, but never in a circle. */
addEventListener('vite:preloadError', () => {
  // Without a connection nothing was updated, and loading anew would lose the page that is there.
  if (chat.phase === 'inside' && chat.link.is !== 'open') return
  const at = Number(sessionStorage.getItem('porch.reloaded') ?? 0)
  if (Date.now() - at < 10_000) return
  // What is cut off by a step to another page fails, too: that page is to come, and not this one anew.
  setTimeout(() => {
    sessionStorage.setItem('porch.reloaded', String(Date.now()))
    location.reload()
  }, RELOAD_WAIT_MS)
})

appearance.apply()
const missing = missingFeatures()
const target = document.querySelector('#app')!
if (missing.length > 0) {
  void startLanguage()
    .then(() => withTexts(import('./screens/Unsupported.svelte')))
    .then(({ default: Unsupported }) => mount(Unsupported, { target }))
} else {
  const isKnown = somethingToShow(chat)
  router.start()
  followWindow()
  void Promise.all([startLanguage(), isKnown]).then(() => {
    // With the words for browsers that are too old.
    target.replaceChildren()
    mount(App, { target })
  })
}

if ('serviceWorker' in navigator && import.meta.env.PROD) {
  // Refused where the certificate is only clicked through: the page then works without its offline shell.
  navigator.serviceWorker.register('/sw.js').catch(() => {})
}
