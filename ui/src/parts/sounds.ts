/** Short, quiet tones made on the spot: nothing to load, nothing to license. */
import { appearance } from '../style/appearance.svelte'

/** Loudness at the peak, of 1: heard in a quiet room, not across it. */
const PEAK = 0.09
/** Two tones closer than this would be a rattle. */
const QUIET_MS_MIN = 1_200

let context: AudioContext | null = null
let playedAt = 0

/** Two soft notes, rising: a message came. Silent unless the person has switched sounds on. */
export function playArrival(): void {
  if (appearance.sounds && Date.now() - playedAt > QUIET_MS_MIN) playTone()
}

/** The tone itself, for trying it out. */
export function playTone(): void {
  playedAt = Date.now()
  try {
    context ??= new AudioContext()
    // Refused until the page was touched once; then there is no tone, and no harm.
    void context.resume().catch(() => {})
    note(context, 587.33, 0)
    note(context, 880, 0.11)
  } catch {
    // No audio on this device.
  }
}

function note(audio: AudioContext, hertz: number, delay: number): void {
  const start = audio.currentTime + delay
  const tone = new OscillatorNode(audio, { type: 'sine', frequency: hertz })
  const loudness = new GainNode(audio, { gain: 0 })
  loudness.gain.setValueAtTime(0, start)
  loudness.gain.linearRampToValueAtTime(PEAK, start + 0.015)
  loudness.gain.exponentialRampToValueAtTime(0.0005, start + 0.42)
  tone.connect(loudness).connect(audio.destination)
  tone.start(start)
  tone.stop(start + 0.45)
}
