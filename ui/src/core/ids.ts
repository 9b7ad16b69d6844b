/**
 * `client_msg_id`s: 10 characters of time and 16 of chance, in Crockford's base 32 (the shape of a ULID).
 * Ids of one page grow in the order they were made, even within a millisecond and even when the clock
 * is set back: the outbox sorts by them.
 */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const TIME_DIGITS = 10
const CHANCE_DIGITS = 16

/** Makes ids. `now` is in milliseconds; `random` fills the bytes it is given. */
export function idMaker(now: () => number, random: (bytes: Uint8Array<ArrayBuffer>) => void): () => string {
  let time = -1
  let chance: Uint8Array<ArrayBuffer> = new Uint8Array(CHANCE_DIGITS)
  return () => {
    const at = now()
    if (at > time) {
      time = at
      random(chance)
      chance = chance.map((byte) => byte % DIGITS.length)
    } else {
      increment(chance)
    }
    return timeDigits(time) + Array.from(chance, (digit) => DIGITS[digit]).join('')
  }
}

/** A new id, later than every one made by this page before. */
export const nextClientMsgId = idMaker(Date.now, (bytes) => crypto.getRandomValues(bytes))

function timeDigits(time: number): string {
  let digits = ''
  for (let rest = time; digits.length < TIME_DIGITS; rest = Math.floor(rest / DIGITS.length)) {
    digits = DIGITS[rest % DIGITS.length] + digits
  }
  return digits
}

function increment(digits: Uint8Array): void {
  for (let place = digits.length - 1; place >= 0; place--) {
    const next = (digits[place]! + 1) % DIGITS.length
    digits[place] = next
    if (next !== 0) return
  }
}
