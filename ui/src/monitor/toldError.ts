/**
 * What the box is told of an error. Its own message may hold what somebody typed (`JSON.parse` quotes it, so do selectors,
 * addresses and many others), and so may whatever else was thrown. So nothing of it is sent: its name if it is one that
 * we know, a sentence of ours that fits the message, the code of our own errors and of Svelte's, and places in our own
 * scripts. What fits nothing has an empty text; the place says the rest.
 */
import { Refusal } from '../core/api'
import { STACK_FRAME_BYTES_MAX, STACK_FRAMES_MAX } from '../limits'
import type { BeaconError } from '../protocol'
import type { Failed } from './early'
import { NAMES, SAYINGS } from './sayings'

type Told = Omit<BeaconError, 'screen' | 'count'>

/** Of an error that the page met; null for what is none, or not ours. */
export function toldError(event: Failed, origin: string): Told | null {
  const thrown: unknown = 'reason' in event ? event.reason : event.error
  const message = messageOf(thrown) ?? ('message' in event ? withoutName(event.message) : '')
  // An observer that could not tell everything within a frame, and does so in the next.
  if (message.startsWith('ResizeObserver loop')) return null
  const trace = thrown instanceof Error ? (thrown.stack ?? '') : ''
  const stack = framesIn(trace, message, origin)
  if (stack.length === 0 && trace.includes('-extension://')) return null
  if (stack.length === 0 && 'filename' in event) {
    stack.push(...framesIn(`@${event.filename}:${event.lineno}:${event.colno}`, '', origin))
  }
  return { name: nameOf(thrown), text: textOf(thrown, message), stack }
}

function messageOf(thrown: unknown): string | undefined {
  return thrown instanceof Error ? String(thrown.message) : undefined
}

/** Without what Chromium puts before the message of an error that it does not give. */
function withoutName(message: string): string {
  return message.replace(/^Uncaught (?:\w+: )?/, '')
}

function nameOf(thrown: unknown): string {
  return thrown instanceof Error && NAMES.has(thrown.name) ? thrown.name : 'Error'
}

function textOf(thrown: unknown, message: string): string {
  if (thrown instanceof Refusal) return /^[a-z_]{1,40}$/.test(thrown.code) ? thrown.code : 'unexpected'
  if (thrown !== undefined && thrown !== null && !(thrown instanceof Error))
    return 'Something else was thrown'
  if (/^https:\/\/svelte\.dev\/e\/[a-z_]{1,40}$/.test(message)) return message
  return SAYINGS.find((saying) => fits(saying, message)) ?? ''
}

/** Whether a message is this saying, with anything in place of each `…`. */
function fits(saying: string, message: string): boolean {
  const parts = saying.split('…')
  const last = parts.pop() ?? ''
  let at = 0
  for (const [index, part] of parts.entries()) {
    const found = message.indexOf(part, at)
    if (found < 0 || (index === 0 && found > 0)) return false
    at = found + part.length
  }
  return parts.length === 0 ? message === last : message.length - last.length >= at && message.endsWith(last)
}

/** Places in our own scripts. V8 begins a stack with the message, in which anything may stand. */
function framesIn(trace: string, message: string, origin: string): string[] {
  const after = message === '' ? -1 : trace.indexOf(message)
  const lines = (after < 0 ? trace : trace.slice(after + message.length)).split('\n')
  const frames: string[] = []
  for (const line of lines) {
    const [, url, script, place] = /(\S*?)\/([\w.-]+\.js)(:\d+:\d+)\)?$/.exec(line) ?? []
    const isOwn =
      url !== undefined && [origin, `${origin}/assets`].some((own) => url.replace(/^.*[(@]/, '') === own)
    const frame = `${script}${place}`
    if (isOwn && frame.length <= STACK_FRAME_BYTES_MAX) frames.push(frame)
    if (frames.length === STACK_FRAMES_MAX) break
  }
  return frames
}
