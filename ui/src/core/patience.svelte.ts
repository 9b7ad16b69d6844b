/**
 * Reads that the box refuses as `busy` are asked again by themselves, when the box says: whoever reads waits a little
 * instead of seeing a fault. The page tells for how many answers it waits so.
 */

/** When the box does not say when. */
const RETRY_MS = 1_000
/** For so long an answer is asked for again; then the person hears why not, and decides. */
export const PATIENCE_MS_MAX = 30_000
/** The share of a wait that chance may add: pages that were refused together do not come back together. */
const JITTER = 0.5

class Patience {
  /** Reads that the box is too busy for at the moment. */
  waiting = $state(0)

  /** Asks until the box is not busy. `retryAfter`: when to ask again after a refusal; null when it is none of that kind. */
  async ask<T>(
    ask: () => Promise<T>,
    retryAfter: (refusal: unknown) => number | undefined | null,
    signal?: AbortSignal,
  ): Promise<T> {
    const until = performance.now() + PATIENCE_MS_MAX
    let isCounted = false
    try {
      for (;;) {
        try {
          return await ask()
        } catch (refusal) {
          const after = retryAfter(refusal)
          if (after === null) throw refusal
          const wait = (after ?? RETRY_MS) * (1 + JITTER * Math.random())
          if (performance.now() + wait > until) throw refusal
          if (!isCounted) this.waiting += 1
          isCounted = true
          await pause(wait, signal)
        }
      }
    } finally {
      if (isCounted) this.waiting -= 1
    }
  }
}

export const patience = new Patience()

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    if (signal?.aborted) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  })
}
