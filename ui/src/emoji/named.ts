/** Which emoji is being named behind a `:` in a text. Pure. */
import type { Named } from '../parts/completing'
import { letterBefore } from '../parts/wordEdges'

/** As long as a label may be that somebody types out: what is longer behind a `:` is a sentence. */
const TYPED_MAX = 40

/** What may stand before: nothing, space, an opening bracket or quote, what ends a Chinese clause, another emoji. */
const EDGE = /[\s\p{Ps}\p{Pi}"'*_~，。！？、；…\p{ExtPict}]|\p{EMod}|\ufe0f/u

/** Letters, and what joins them in names: `heart_eyes`, `+1` has none and is found in the picker. */
const NAME = /^\p{L}[\p{L}\p{M}\p{N}_-]*$/u

/** One letter behind a `:` may be a face of its own, as `:D`, `:p` or `:x`. */
const FACE = /^[a-z]$/i

/** What is being named where the caret stands; null where nothing is. */
export function emojiNamedAt(text: string, caret: number): Named | null {
  const before = text.slice(Math.max(0, caret - TYPED_MAX - 1), caret)
  const place = before.lastIndexOf(':')
  if (place < 0) return null
  const typed = before.slice(place + 1)
  const from = caret - typed.length - 1
  return NAME.test(typed) && EDGE.test(letterBefore(text, from)) ? { from, typed } : null
}

/** Whether an emoji is meant without doubt, so that Enter takes it: after `:D` it sends. */
export function isMeant(typed: string): boolean {
  return !FACE.test(typed)
}
