/** How quick this page is, as the browser measures it. */
import { onINP, onLCP } from 'web-vitals'
import type { Batch } from './batch'

/** By then whatever is largest has been drawn, or the page is slow by any measure. */
const LOAD_SETTLED_MS = 6_000

export function followTimes(batch: Pick<Batch, 'load' | 'interaction' | 'longTask'>): void {
  let load: number | null = null
  onLCP(({ value }) => (load = value), { reportAllChanges: true })
  const settled = () => {
    if (load !== null) batch.load(load)
  }
  setTimeout(settled, Math.max(0, LOAD_SETTLED_MS - performance.now()))
  document.addEventListener('visibilitychange', settled)
  // Called when the page is hidden; of a page that is shown again and again, the first time counts.
  onINP(({ value }) => batch.interaction(value))
  if (PerformanceObserver.supportedEntryTypes.includes('longtask')) {
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) batch.longTask(duration)
    })
    observer.observe({ type: 'longtask', buffered: true })
  }
}
