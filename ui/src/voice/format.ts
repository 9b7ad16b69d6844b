/** As what a voice message is recorded: what most devices play, of what this browser makes. Pure. */

/** The first that there is. Apple's older devices play nothing but AAC in MP4, and no Opus in WebM or Ogg before iOS 17.5. */
const TYPES = ['audio/mp4;codecs=mp4a.40.2', 'audio/mp4', 'audio/webm;codecs=opus', 'audio/ogg;codecs=opus']

/** Speech is clear with half of it in Opus; AAC needs it. A minute is 240 kB. */
export const BITS_PER_SECOND = 32_000

/** Null where this browser records no sound. */
export function recordedAs(isSupported: (type: string) => boolean): string | null {
  return TYPES.find(isSupported) ?? null
}

/** Of what was recorded at this moment; `type` is the recorder's word. */
export function fileName(type: string, at: Date): string {
  const two = (n: number) => String(n).padStart(2, '0')
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`
  const time = `${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`
  const kind = type.split(';')[0]!.trim()
  const ending = { 'audio/mp4': '.m4a', 'audio/webm': '.webm', 'audio/ogg': '.ogg' }[kind] ?? ''
  return `voice-${day}-${time}${ending}`
}
