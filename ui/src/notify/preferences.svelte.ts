/**
 * How somebody is notified on this device. Kept here, by account, and not on the box: a phone at night and a computer at
 * work want different things. It is erased with all else that is kept of them (`core/ownedKeys`).
 */
import { chat } from '../chat'
import { type Account, accountOf } from '../core/account'
import type { Notify } from '../protocol'
import { minutesOf, type QuietHours } from './quiet'

export type Preferences = {
  /** Whether notifications are wanted, where the browser allows them. */
  readonly shows: boolean
  /** Whether they hold what was written. */
  readonly texts: boolean
  /** What of that of which one is notified is heard, too. */
  readonly sounds: Notify
  readonly quiet: QuietHours | null
  /** Whether the screen stays on while the page is in front of it. */
  readonly awake: boolean
  /** Whether it was offered here, and answered. */
  readonly answered: boolean
}

/** By `core/ownedKeys` what is under such keys goes with the account. */
const notifyKey = (account: Account) => `porch.notify.${account}`

const DEFAULTS: Preferences = {
  shows: true,
  texts: true,
  sounds: 'mine',
  quiet: null,
  awake: false,
  answered: false,
}

let version = $state(0)
/** Where the browser stores nothing: as long as the page lives. */
let inMemory: Preferences = DEFAULTS

/** Those of whoever is in. */
export function preferences(): Preferences {
  void version
  const key = ownKey()
  try {
    const text = key && localStorage.getItem(key)
    return text ? read(JSON.parse(text)) : inMemory
  } catch {
    return inMemory
  }
}

export function prefer(changes: Partial<Preferences>): void {
  inMemory = { ...preferences(), ...changes }
  const { me } = chat
  // Nothing is kept of one who has asked to go.
  if (me && chat.entry.kept?.accounts.has(accountOf(me))) {
    try {
      localStorage.setItem(notifyKey(accountOf(me)), JSON.stringify(inMemory))
    } catch {
      // As above.
    }
  }
  version += 1
}

/** Somebody else is in, or nobody. */
export function forgetPreferences(): void {
  inMemory = DEFAULTS
}

/** Follows what is set in other tabs. */
export function followPreferences(): () => void {
  const hear = ({ key }: StorageEvent) => {
    if (key === null || key === ownKey()) version += 1
  }
  addEventListener('storage', hear)
  return () => removeEventListener('storage', hear)
}

function ownKey(): string | null {
  return chat.me && notifyKey(accountOf(chat.me))
}

/** What lies on a disk may be anything. */
function read(kept: Partial<Preferences>): Preferences {
  const { shows, texts, sounds, quiet, awake, answered } = { ...DEFAULTS, ...kept }
  const isTime = (time: unknown) => typeof time === 'string' && minutesOf(time) >= 0
  return {
    shows: shows === true,
    texts: texts === true,
    sounds: sounds === 'all' || sounds === 'none' ? sounds : 'mine',
    quiet: quiet && isTime(quiet.from) && isTime(quiet.to) ? { from: quiet.from, to: quiet.to } : null,
    awake: awake === true,
    answered: answered === true,
  }
}
