// An answer of the box that comes late: the network's fault, in a page driven by Playwright.

/** Holds the next answer to such a request back, once the box has given it, until what this gives is called. */
export async function holdBack(page, part) {
  await page.evaluate((part) => {
    const real = window.fetch
    window.held = false
    window.fetch = async (...asked) => {
      const answer = await real(...asked)
      if (window.fetch === real || !String(asked[0]).includes(part)) return answer
      window.fetch = real
      const text = await answer.text()
      await new Promise((resolve) => {
        window.release = resolve
        window.held = true
      })
      return new Response(text, answer)
    }
  }, part)
  return () => page.evaluate(() => window.release())
}
