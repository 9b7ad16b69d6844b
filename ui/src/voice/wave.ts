/** How loud a voice message is over its length, as it is drawn, and where keys lead in it. Pure. */

/**
 * A way for a pen that draws each level as a bar, `count` of them in a field of that many by 2. None is too low to be seen; of
 * what is louder or softer throughout the loudest is as high as the field, unless it is told what would be.
 */
export function wavePath(levels: readonly number[], count: number, loudest = Math.max(1, ...levels)): string {
  let path = ''
  for (let bar = 0; bar < count; bar++) {
    const from = Math.floor((bar * levels.length) / count)
    const to = Math.max(from + 1, Math.floor(((bar + 1) * levels.length) / count))
    const level = Math.max(0, ...levels.slice(from, to)) / loudest
    const half = Math.max(LEAST, level * MOST)
    path += `M${bar + 0.5} ${round(1 - half)}V${round(1 + half)}`
  }
  return path
}

const LEAST = 0.06
const MOST = 0.94
const round = (n: number) => Number(n.toFixed(2))

/** How far a key leads in what lasts `ms`, from `at`; null where it leads nowhere. */
export function soughtBy(key: string, at: number, ms: number): number | null {
  const step = ms > 60_000 ? 5_000 : 1_000
  const to = {
    ArrowRight: at + step,
    ArrowUp: at + step,
    ArrowLeft: at - step,
    ArrowDown: at - step,
    PageUp: at + ms / 10,
    PageDown: at - ms / 10,
    Home: 0,
    End: ms,
  }[key]
  return to === undefined ? null : Math.max(0, Math.min(to, ms))
}
