/** A short, quiet tone made on the spot: nothing to load, nothing to license. */

/** Loudness at the peak, of 1: heard in a quiet room, not across it. */
const PEAK = 0.09
/** A browser that lets nothing be heard does not say so: it lets one wait. */
const WAKE_MS_MAX = 1_000
/** What every browser takes for a touch. */
const TOUCHES = ['click', 'keydown'] as const

let context: AudioContext | null = null
/** `silent`: it did not wake when it was to, and is not waited for again until a touch has readied it. */
let loudspeaker: 'untried' | 'silent' | 'ready' = 'untried'
/** Tones that are to be heard, or are. */
let sounding = 0

/**
 * Two soft notes, rising: a message came. Says whether they are heard: browsers keep a page silent until it was touched
 * once, and Safari one that was not readied by a touch.
 */
export async function playTone(): Promise<boolean> {
  // Asked for before that, it is refused aloud, in the console.
  if (loudspeaker === 'silent' || navigator.userActivation?.hasBeenActive === false) return false
  sounding += 1
  try {
    context ??= new AudioContext()
    // On a sleeping one the notes would wait, and sound when somebody comes back.
    if (await isAwake(context)) {
      note(context, 587.33, 0)
      note(context, 880, 0.11).onended = ended
      return true
    }
    loudspeaker = 'silent'
  } catch {
    // No audio on this device.
  }
  ended()
  return false
}

/** Readies the tone at a touch of the page, as long as it is not ready; until it is called. */
export function readyTone(): () => void {
  for (const touch of TOUCHES) window.addEventListener(touch, ready, true)
  return () => {
    for (const touch of TOUCHES) window.removeEventListener(touch, ready, true)
  }
}

function ready(): void {
  // Escape, and keys that only hold others, are no touch for a browser.
  if (loudspeaker === 'ready' || navigator.userActivation?.isActive === false) return
  try {
    context ??= new AudioContext()
    void context.resume().then(readied, () => {})
  } catch {
    // No audio on this device.
  }
}

function readied(): void {
  loudspeaker = 'ready'
  letSleep()
}

async function isAwake(audio: AudioContext): Promise<boolean> {
  const late = new Promise<void>((resolve) => setTimeout(resolve, WAKE_MS_MAX))
  await Promise.race([audio.resume(), late])
  return audio.state === 'running'
}

function ended(): void {
  sounding -= 1
  letSleep()
}

/** One that is awake keeps the loudspeaker at work, and some computers from sleeping. */
function letSleep(): void {
  if (sounding === 0) void context?.suspend().catch(() => {})
}

function note(audio: AudioContext, hertz: number, delay: number): OscillatorNode {
  const start = audio.currentTime + delay
  const tone = new OscillatorNode(audio, { type: 'sine', frequency: hertz })
  const loudness = new GainNode(audio, { gain: 0 })
  loudness.gain.setValueAtTime(0, start)
  loudness.gain.linearRampToValueAtTime(PEAK, start + 0.015)
  loudness.gain.exponentialRampToValueAtTime(0.0005, start + 0.42)
  tone.connect(loudness).connect(audio.destination)
  tone.start(start)
  tone.stop(start + 0.45)
  return tone
}
