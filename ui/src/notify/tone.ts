/** A short, quiet tone made on the spot: nothing to load, nothing to license. */

/** Loudness at the peak, of 1: heard in a quiet room, not across it. */
const PEAK = 0.09

let context: AudioContext | null = null

/**
 * Two soft notes, rising: a message came. Says whether they can be heard: browsers keep a page silent until it was touched
 * once.
 */
export function playTone(): boolean {
  // Asked for before that, it is refused aloud, in the console.
  if (navigator.userActivation?.hasBeenActive === false) return false
  try {
    context ??= new AudioContext()
    if (context.state !== 'running') void context.resume().catch(() => {})
    note(context, 587.33, 0)
    note(context, 880, 0.11)
    return true
  } catch {
    // No audio on this device.
    return false
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
