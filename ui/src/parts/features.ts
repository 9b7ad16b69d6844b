/** What porch cannot do without, of what browsers learned last. */

/** The names of what this browser lacks; empty when the page can run. */
export function missingFeatures(): string[] {
  const wanted: readonly [string, boolean][] = [
    ['<dialog>', 'HTMLDialogElement' in globalThis],
    ['popover', 'popover' in HTMLElement.prototype],
    ['light-dark()', CSS.supports('color', 'light-dark(red, tan)')],
    ['oklch()', CSS.supports('color', 'oklch(0.5 0.1 166)')],
    [':has()', CSS.supports('selector(:has(a))')],
    ['WebSocket', 'WebSocket' in globalThis],
    ['AbortSignal.timeout', 'AbortSignal' in globalThis && 'timeout' in AbortSignal],
    ['Intl.PluralRules', 'PluralRules' in Intl],
  ]
  return wanted.filter(([, there]) => !there).map(([name]) => name)
}
