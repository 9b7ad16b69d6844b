/**
 * Loads what comes later, a chunk with all that it needs, at once. In place of Vite's own, which is for pages of all kinds: seven
 * times the code, and each first look at a chat would load it.
 */

/** By their paths: each is asked for once, and again only where it did not come. */
const asked: Record<string, Promise<unknown>> = {}

/** Loads a chunk, of which Vite says what it needs. Where any of it is not to be had, whoever listens is told. */
export async function load<T>(chunk: () => Promise<T>, needed: readonly string[] = []): Promise<T> {
  try {
    await Promise.all(needed.map((path) => (asked[path] ??= begin(path))))
    return await chunk()
  } catch (thrown) {
    dispatchEvent(new Event('vite:preloadError'))
    throw thrown
  }
}

/** A style has to be there before it is drawn by; of a script it is enough that it is on its way. */
async function begin(path: string): Promise<void> {
  // With the page, which names its own.
  if (document.querySelector(`link[href="/${path}"]`)) return
  const link = document.createElement('link')
  const isStyle = path.endsWith('.css')
  link.rel = isStyle ? 'stylesheet' : 'modulepreload'
  link.crossOrigin = ''
  link.href = `/${path}`
  document.head.append(link)
  if (!isStyle) return
  await new Promise((resolve, reject) => {
    link.onload = resolve
    link.onerror = () => {
      delete asked[path]
      link.remove()
      reject(new Error(link.href))
    }
  })
}
