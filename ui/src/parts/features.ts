/**
 * What porch cannot do without, of what browsers learned last: whatever has these has all that the page is made of.
 */

/** The names of what this browser lacks; empty when the page can run. */
export function missingFeatures(): string[] {
  const wanted: readonly [string, boolean][] = [
    ['popover', 'popover' in HTMLElement.prototype],
    ['light-dark()', CSS.supports('color', 'light-dark(red, tan)')],
    [':has()', CSS.supports('selector(:has(a))')],
  ]
  return wanted.filter(([, there]) => !there).map(([name]) => name)
}
