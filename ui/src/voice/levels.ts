/** How loud it is, as numbers from 0 to 255: of the moment, and of a whole recording. Pure. */
import { VOICE_LEVELS_MAX } from '../limits'

const LEVEL_MAX = 255
/** What is softer than this is silence: a quiet room, as a phone hears it. */
const FLOOR_DB = -50

/** The level of some samples, each from -1 to 1, on the scale on which people hear. */
export function levelOf(samples: Float32Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  const db = 10 * Math.log10(sum / samples.length)
  return Math.round(LEVEL_MAX * Math.max(0, Math.min(1, 1 - db / FLOOR_DB)))
}

/** The same levels, as many as a message has at most: each the mean of those that it stands for. */
export function summed(levels: readonly number[]): number[] {
  if (levels.length <= VOICE_LEVELS_MAX) return [...levels]
  return Array.from({ length: VOICE_LEVELS_MAX }, (_, at) => {
    const from = Math.floor((at * levels.length) / VOICE_LEVELS_MAX)
    const to = Math.floor(((at + 1) * levels.length) / VOICE_LEVELS_MAX)
    const part = levels.slice(from, to)
    return Math.round(part.reduce((sum, level) => sum + level, 0) / part.length)
  })
}
