/**
 * What somebody is notified of, and how: everything is decided here, from what is known of the message, the room and the
 * moment. Pure.
 */
import type {
  Attached,
  Attachment,
  LastMessage,
  Mention,
  Notify,
  RoomId,
  RoomKind,
  Seq,
  UserId,
} from '../protocol'
import { mentions } from './mentions'

/** A message that somebody else has written, and the room it is in. */
export type Written = {
  readonly room: {
    readonly kind: RoomKind
    readonly notify: Notify
    readonly settings: { readonly archived: boolean }
  }
  readonly message: {
    readonly author: UserId
    readonly body: string
    readonly deleted: boolean
    readonly quote?: { readonly author: UserId } | undefined
    readonly mentions?: readonly Mention[] | undefined
  }
}

/** `mine`: for this person, who is called, named, replied to or written to. */
export type Weight = 'none' | 'plain' | 'mine'

/** Whether it calls this person by `@`, alone or with all: that is heard in muted rooms, too. */
const calls = ({ message: { mentions } }: Written, me: { readonly id: UserId }) =>
  mentions?.some(({ user }) => user === undefined || user === me.id) ?? false

/** Whatever it says: one's own, what is gone, what one wants to hear nothing of. */
const isNothing = ({ room, message }: Written, me: { readonly id: UserId }) =>
  message.author === me.id ||
  message.deleted ||
  room.settings.archived ||
  (room.notify === 'none' && !calls({ room, message }, me))

/** What a message weighs for this person, wherever they are. */
export function weigh(
  { room, message }: Written,
  me: { readonly id: UserId; readonly name: string },
): Weight {
  if (isNothing({ room, message }, me)) return 'none'
  const repliesToMe = message.quote?.author === me.id
  if (
    room.kind === 'direct' ||
    repliesToMe ||
    calls({ room, message }, me) ||
    mentions(message.body, me.name)
  )
    return 'mine'
  return room.notify === 'all' ? 'plain' : 'none'
}

/**
 * What a message weighs, found when it is asked for and once: a text is looked through for a name only where that decides,
 * which in most of what was missed it does not.
 */
export function weighLate(
  written: Written,
  me: { readonly id: UserId; readonly name: string },
): Pick<News, 'isMine' | 'isTold' | 'isCalled'> | null {
  if (isNothing(written, me)) return null
  let weight: Weight | null = null
  const found = () => (weight ??= weigh(written, me))
  return {
    isCalled: calls(written, me),
    get isMine() {
      return found() === 'mine'
    },
    get isTold() {
      return written.room.notify === 'all' || found() !== 'none'
    },
  }
}

/** A message that may weigh something, until it is told or seen. */
export type News = {
  readonly room: RoomId
  readonly id: Seq
  readonly n: number
  readonly author: UserId
  readonly body: string
  /** All that it brings, or what is known of that. */
  readonly attached?: readonly Attachment[] | Attached | undefined
  readonly isMine: boolean
  /** Whether it calls this person. */
  readonly isCalled: boolean
  /** Whether it weighs anything. */
  readonly isTold: boolean
  /** Not missed while the connection was gone. */
  readonly isLive: boolean
}

/** What is known of a room of which too much was missed to be told message by message. */
export type Untold = Written['room'] & {
  readonly id: RoomId
  readonly last_n: number
  readonly last: LastMessage | null
}

/**
 * The newest message of each room, where it came after number `heardN` and every message weighs something. Of the others it
 * is not known whether they name anybody.
 */
export function newestMissed(
  rooms: Iterable<Untold>,
  heardN: ReadonlyMap<RoomId, number>,
  me: UserId,
): News[] {
  return [...rooms].flatMap(({ id: room, kind, notify, settings, last_n: n, last }) => {
    if (notify !== 'all' || settings.archived || !last || last.author === me) return []
    // It was deleted.
    if (!last.preview && !last.attached) return []
    if (n <= (heardN.get(room) ?? n)) return []
    const { id, author, preview: body, attached } = last
    const isMine = kind === 'direct'
    return [{ room, id, n, author, body, attached, isMine, isCalled: false, isTold: true, isLive: false }]
  })
}

/** What is known of a room where a notification told of its messages. */
export type Told = {
  readonly notify: Notify
  readonly last_n: number
  readonly read_n: number
  /** Numbers above `read_n` that were deleted. */
  readonly deleted: ReadonlySet<number>
}

/** A room, up to which of its messages a notification tells, and whether one of them calls this person. */
export type UpTo = readonly [room: RoomId, n: number, isCalled?: boolean]

/** Whether a message is there, so far as that is known of its room. */
export function isThere(room: Told | undefined, n: number): boolean {
  return room !== undefined && n <= room.last_n && !room.deleted.has(n)
}

/**
 * Whether a notification tells nothing new any more, or of a single room what was deleted. One of several rooms shows nothing
 * of what was written, and stays for those in which there is something new.
 */
export function isOver(rooms: readonly UpTo[], roomOf: (id: RoomId) => Told | undefined): boolean {
  return rooms.every(([id, n, isCalled]) => isOld(roomOf(id), n, isCalled))
}

/**
 * The same once the box has told how things are, and not what was missed: what it does not have is not there either, such as
 * messages after number `newest` in the order of all where it was put back.
 */
export function isGone(
  { rooms, messages }: { readonly rooms: readonly UpTo[]; readonly messages: readonly Seq[] },
  roomOf: (id: RoomId) => Told | undefined,
  newest: Seq,
): boolean {
  if (messages.some((message) => message > newest)) return true
  return rooms.every(([id, n, isCalled]) => !isThere(roomOf(id), n) || isOld(roomOf(id), n, isCalled))
}

function isOld(room: Told | undefined, n: number, isCalled = false): boolean {
  const isMuted = room?.notify === 'none' && !isCalled
  return !room || isMuted || room.read_n >= n || room.deleted.has(n)
}

/**
 * Where a room is: `seen`, its newest messages are before the eyes of somebody who works with the page (in any tab);
 * `beside`, they are on the screen, and the person is at another window; `away`, neither.
 */
export type Sight = 'seen' | 'beside' | 'away'

export type Moment = {
  readonly isQuiet: boolean
  /** Whether the page is on the screen, in any tab. */
  readonly isVisible: boolean
  readonly sounds: Notify
  sight(room: RoomId): Sight
  /** Up to where it has been read. */
  readN(room: RoomId): number
}

/** `show`: what a notification tells of, the newest last; of none there is no notification. */
export type Telling = { readonly show: readonly News[]; readonly tone: boolean }

/** What is told of the news that have gathered, at this moment: one notification at most, and one tone. */
export function tell(gathered: readonly News[], moment: Moment): Telling {
  if (moment.isQuiet) return { show: [], tone: false }
  // Whoever comes back and looks at the page sees in its list what was missed.
  const news = gathered.filter(({ isLive }) => isLive || !moment.isVisible)
  const heard = news.filter((one) => {
    const sight = moment.sight(one.room)
    return (sight === 'beside' || (sight === 'away' && one.n > moment.readN(one.room))) && one.isTold
  })
  return {
    // What is on the screen is read at once, and a notification of it would go as it comes.
    show: heard.filter(({ room }) => moment.sight(room) === 'away'),
    tone:
      moment.sounds === 'all'
        ? heard.length > 0
        : moment.sounds === 'mine' && heard.some(({ isMine }) => isMine),
  }
}
