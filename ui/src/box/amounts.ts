/** The amounts that an owner can choose from for a limit. Pure. */
import { FILE_BYTES_MAX } from '../limits'
import type { StorageLimits } from '../protocol'

export type Limit = keyof StorageLimits

const MB = 1_000_000
const GB = 1_000 * MB

const OFFERED: { readonly [L in Limit]: readonly number[] } = {
  file_bytes_max: [10 * MB, 100 * MB, 500 * MB, FILE_BYTES_MAX, 5 * GB, 20 * GB, 100 * GB],
  person_bytes_max: [100 * MB, 500 * MB, GB, 5 * GB, 20 * GB, 100 * GB],
  all_bytes_max: [5 * GB, 20 * GB, 50 * GB, 100 * GB, 500 * GB],
}

/** In their order, with the one that is set, wherever it came from; 0 is no limit, and stands last. */
export function amounts(limit: Limit, set: number): number[] {
  const least = limit === 'file_bytes_max' ? [] : [0]
  const all = new Set([...OFFERED[limit], ...(set > 0 ? [set] : [])])
  return [...[...all].sort((a, b) => a - b), ...least]
}
