/** Which camera is used, and why there is none. Pure. */

/** What a browser says of a camera that is in use, as far as it does. */
export type InUse = { readonly deviceId?: string; readonly facingMode?: string }

/** Pixels of the longer edge that are asked for: more than is sent of most pictures is not needed. */
const EDGE = 1_920

/** The camera towards whoever holds the device. */
export const FRONT: MediaTrackConstraints = constraints({ facingMode: 'user' })

function constraints(which: MediaTrackConstraints): MediaTrackConstraints {
  return { ...which, width: { ideal: EDGE }, height: { ideal: EDGE * 0.75 } }
}

/** The one after that which is in use: of a phone the other side, of a computer the next that is plugged in; null for none. */
export function nextCamera(used: InUse, ids: readonly string[]): MediaTrackConstraints | null {
  if (ids.length < 2) return null
  if (used.facingMode === 'user') return constraints({ facingMode: { exact: 'environment' } })
  if (used.facingMode === 'environment') return constraints({ facingMode: { exact: 'user' } })
  const next = ids[(ids.indexOf(used.deviceId ?? '') + 1) % ids.length]!
  return constraints({ deviceId: { exact: next } })
}

/** People see themselves as in a mirror; the world in front of them not. */
export function isMirrored({ facingMode }: InUse): boolean {
  return facingMode !== 'environment'
}

/** What stands in the way of a camera. `insecure`: browsers give none to a page without a certificate that they trust. */
export type CameraFault = 'denied' | 'missing' | 'busy' | 'insecure' | 'failed'

const FAULTS: { readonly [name: string]: CameraFault } = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
  NotReadableError: 'busy',
  AbortError: 'busy',
}

export function cameraFault(thrown: unknown): CameraFault {
  return FAULTS[thrown instanceof Error || thrown instanceof DOMException ? thrown.name : ''] ?? 'failed'
}
