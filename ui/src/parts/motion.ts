/** Whether the person wants nothing to move by itself. */
import { follow } from '../media.svelte'

export const still = follow('(prefers-reduced-motion: reduce)')
