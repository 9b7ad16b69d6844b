/** A beacon's way to the box. */
import type { Beacon, ErrorBody } from '../protocol'

/** `later`: not taken, and to be tried again, after so many milliseconds where the box says it. */
export type Sent = { readonly is: 'taken' | 'refused' } | { readonly is: 'later'; readonly retryMs?: number }

/** A box that has not taken a few hundred bytes by then is away. */
const ANSWER_WAIT_MS = 15_000

/** Sends it, also from a page that is being left. */
export async function sendBeacon(beacon: Beacon): Promise<Sent> {
  try {
    const answer = await fetch('/api/monitor', {
      method: 'POST',
      keepalive: true,
      signal: AbortSignal.timeout(ANSWER_WAIT_MS),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(beacon),
    })
    if (answer.ok) return { is: 'taken' }
    if (answer.status !== 429 && answer.status < 500) return { is: 'refused' }
    const { error } = (await answer.json()) as ErrorBody
    return { is: 'later', ...(error.retry_ms !== undefined && { retryMs: error.retry_ms }) }
  } catch {
    return { is: 'later' }
  }
}
