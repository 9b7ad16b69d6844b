/** The browser's microphone, and why there may be none. */
import { BITS_PER_SECOND, recordedAs } from './format'
import { levelOf } from './levels'
import type { Meter, RecordingWorld } from './recording.svelte'

/** Samples that a level is of: some 40 ms. */
const METERED = 2_048

/** Why nothing is recorded; `busy`: something else has the microphone. */
export type NoMicrophone = 'insecure' | 'unsupported' | 'missing' | 'denied' | 'busy' | 'failed'

/** What is known before anybody is asked; null where it may be tried. */
export function noMicrophone(): NoMicrophone | null {
  if (!isSecureContext) return 'insecure'
  return 'mediaDevices' in navigator && type() ? null : 'unsupported'
}

/** What a browser means that gives no microphone. */
export function reasonOf(thrown: unknown): NoMicrophone {
  switch (thrown instanceof DOMException ? thrown.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied'
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing'
    case 'NotReadableError':
    case 'AbortError':
      return 'busy'
    default:
      return 'failed'
  }
}

export const microphone: RecordingWorld = {
  open: () =>
    navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    }),
  record: (stream) => new MediaRecorder(stream, { mimeType: type()!, audioBitsPerSecond: BITS_PER_SECOND }),
  meter,
  now: () => performance.now(),
  every(ms, call) {
    const timer = setInterval(call, ms)
    return () => clearInterval(timer)
  },
}

function type(): string | null {
  return typeof MediaRecorder === 'undefined' ? null : recordedAs((one) => MediaRecorder.isTypeSupported(one))
}

function meter(stream: MediaStream): Meter {
  const context = new AudioContext()
  const analyser = context.createAnalyser()
  analyser.fftSize = METERED
  context.createMediaStreamSource(stream).connect(analyser)
  const samples = new Float32Array(METERED)
  // Where the press is long ago, as the person was asked first.
  void context.resume().catch(() => {})
  return {
    level() {
      analyser.getFloatTimeDomainData(samples)
      return levelOf(samples)
    },
    end: () => void context.close().catch(() => {}),
  }
}
