/** Who is being named behind an `@` in a text. Pure; what it is taken for afterwards is `notify/mentions`' to say. */

import type { Named } from '../parts/completing'
import { calls } from '../parts/wordEdges'

/** As long as a name may be: what is longer behind an `@` is none. */
const TYPED_MAX = 40

/** What is being named where the caret stands; null where nobody is. */
export function namedAt(text: string, caret: number): Named | null {
  const before = text.slice(Math.max(0, caret - TYPED_MAX - 1), caret)
  const place = before.lastIndexOf('@')
  if (place < 0) return null
  const typed = before.slice(place + 1)
  if (/\s/.test(typed)) return null
  const from = caret - typed.length - 1
  return calls(text, from) ? { from, typed } : null
}

/** What takes the place of it: the name, and a space unless there is one. */
export const inFull = (name: string, after: string) => (/^\s/.test(after) ? `@${name}` : `@${name} `)
