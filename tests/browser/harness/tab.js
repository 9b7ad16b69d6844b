// One window of any browser, with the little that every driver can do. What is awaited is awaited inside the page.

/** The page has this long for anything, on a busy machine too. */
const WAIT_MS_MAX = 20_000

/**
 * Base of the drivers that are not Playwright: they give `goto`, `reload`, `click`, `type` and `run`; where a story asks for it,
 * `choose(selector, ...paths)`, which chooses files, and `drag(places)`, which leads the pressed mouse over the window.
 */
export class Tab {
  /** Calls a function in the page, with arguments that JSON can carry; gives what it returns. */
  evaluate(fn, ...args) {
    return this.run(`(${fn})(...${JSON.stringify(args)})`)
  }

  /** Waits until the function gives something true in the page; gives that. */
  async until(fn, ...args) {
    const found = await this.run(`new Promise((resolve) => {
      const deadline = Date.now() + ${WAIT_MS_MAX}
      const look = () => {
        const found = (${fn})(...${JSON.stringify(args)})
        if (found || Date.now() > deadline) resolve(found || null)
        else setTimeout(look, 50)
      }
      look()
    })`)
    if (found === null)
      throw new Error(`in vain at ${await this.evaluate(() => location.pathname)}: ${fn} of ${args}`)
    return found
  }

  /** Leaves the page, which tells the monitor what it has not told yet. */
  leave() {
    return this.goto('about:blank')
  }

  /** Waits until an element with this text is there. */
  see(selector, text = '') {
    const fn = (selector, text) =>
      [...document.querySelectorAll(selector)].some((e) => e.textContent.includes(text))
    return this.until(fn, selector, text)
  }

  /** Waits until no such element is there any more. */
  seeNo(selector, text = '') {
    const fn = (selector, text) =>
      ![...document.querySelectorAll(selector)].some((e) => e.textContent.includes(text))
    return this.until(fn, selector, text)
  }

  /** Presses the first element with this text, once it is there. */
  async press(selector, text = '') {
    await this.see(selector, text)
    const fn = (selector, text) => {
      const found = [...document.querySelectorAll(selector)].find((e) => e.textContent.includes(text))
      document.querySelector('[data-pressed]')?.removeAttribute('data-pressed')
      found.setAttribute('data-pressed', '')
    }
    await this.evaluate(fn, selector, text)
    await this.click('[data-pressed]')
  }
}
