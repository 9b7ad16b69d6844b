/** The voice messages of the page: how fast they are played, which have been, and which is next. */
import type { Message, Seq, UserId } from '../../protocol'

const SPEEDS = [1, 1.5, 2] as const
type Speed = (typeof SPEEDS)[number]

class Voices {
  /** Of all of them: whoever is in a hurry is so with the next, too. */
  speed = $state<Speed>(1)
  /** Played here, or begun to be. */
  readonly heard = new Set<Seq>()
  /** Begins to play those that are in the page. */
  readonly players = new Map<Seq, () => void>()

  hurry(): void {
    this.speed = SPEEDS[(SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length]!
  }

  /** One has been played to its end: whoever has said something else meanwhile is heard next. */
  playNext(rows: readonly Message[], after: Message, me: UserId | undefined): void {
    const next = nextVoice(rows, after, (message) => message.author !== me && !this.heard.has(message.id))
    if (next) this.players.get(next.id)?.()
  }
}

export const voices = new Voices()

/** The next voice message after another in what is known of the room, of those that are wanted. */
export function nextVoice(
  rows: readonly Message[],
  after: Message,
  isWanted: (message: Message) => boolean,
): Message | undefined {
  return rows.find(
    (row) => row.n > after.n && !row.deleted && row.attachments?.[0]?.what.type === 'voice' && isWanted(row),
  )
}

/**
 * A way for a pen that draws each level as a bar, `count` of them in a field of that many by 2. None is too low to be seen; of
 * what is louder or softer throughout the loudest is as high as the field.
 */
export function wavePath(levels: readonly number[], count: number): string {
  const loudest = Math.max(1, ...levels)
  let path = ''
  for (let bar = 0; bar < count; bar++) {
    const from = Math.floor((bar * levels.length) / count)
    const to = Math.max(from + 1, Math.floor(((bar + 1) * levels.length) / count))
    const level = Math.max(0, ...levels.slice(from, to)) / loudest
    const half = Math.max(LEAST, level * MOST)
    path += `M${bar + 0.5} ${round(1 - half)}V${round(1 + half)}`
  }
  return path
}

const LEAST = 0.06
const MOST = 0.94
const round = (n: number) => Number(n.toFixed(2))

/** How far a key leads in what lasts `ms`, from `at`; null where it leads nowhere. */
export function soughtBy(key: string, at: number, ms: number): number | null {
  const step = ms > 60_000 ? 5_000 : 1_000
  const to = {
    ArrowRight: at + step,
    ArrowUp: at + step,
    ArrowLeft: at - step,
    ArrowDown: at - step,
    PageUp: at + ms / 10,
    PageDown: at - ms / 10,
    Home: 0,
    End: ms,
  }[key]
  return to === undefined ? null : Math.max(0, Math.min(to, ms))
}
