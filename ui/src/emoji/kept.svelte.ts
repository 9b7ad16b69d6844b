/**
 * What this device knows of how somebody uses emoji: which ones last, and in which skin tone. Kept here, by account; it is erased
 * with all else that is kept of them (`core/ownedKeys`).
 */
import { chat } from '../chat'
import { type Account, accountOf } from '../core/account'
import { type KeptEmoji, NONE, readKept, withUsed } from './recents'
import type { Tone } from './tones'

/** By `core/ownedKeys` what is under such keys goes with the account. */
const emojiKey = (account: Account) => `porch.emoji.${account}`

let version = $state(0)
/** Where the browser stores nothing: as long as the page lives. */
let inMemory: { readonly of: string | null; readonly kept: KeptEmoji } = { of: null, kept: NONE }

/** What is known of whoever is in. */
export function keptEmoji(): KeptEmoji {
  void version
  const key = ownKey()
  const known = inMemory.of === key ? inMemory.kept : NONE
  try {
    const text = key && localStorage.getItem(key)
    return text ? readKept(JSON.parse(text)) : known
  } catch {
    return known
  }
}

/** Notes that one was used. */
export function noteUsed(emoji: string): void {
  keep({ recent: withUsed(keptEmoji().recent, emoji) })
}

export function preferTone(tone: Tone): void {
  keep({ tone })
}

function keep(changes: Partial<KeptEmoji>) {
  const key = ownKey()
  inMemory = { of: key, kept: { ...keptEmoji(), ...changes } }
  const { me } = chat
  // Nothing is kept of one who has asked to go.
  if (key && me && chat.entry.kept?.accounts.has(accountOf(me))) {
    try {
      localStorage.setItem(key, JSON.stringify(inMemory.kept))
    } catch {
      // As above.
    }
  }
  version += 1
}

function ownKey(): string | null {
  return chat.me && emojiKey(accountOf(chat.me))
}
