/** What is kept on this device under a key of its own, by the account whose it is. */
import type { KeptAccounts, KeptStorage } from './keptAccounts'

/**
 * The account is part of the key: what stands in a composer, whether the box has it, how one is notified here and of what,
 * which emoji one uses.
 */
const OWNED = /^porch\.(?:(?:draft|ahead)\.(.+)\.\d+|(?:notif(?:y|ied)|emoji)\.(.+))$/
/** What every such key begins with; drafts before rooms had their own began with it too. */
const BEGINNING = /^porch\.(?:draft|ahead|notif|emoji)/

/** Erases what is of nobody who may keep it. */
export function pruneOwned(storage: KeptStorage | null, accounts: Pick<KeptAccounts, 'has'>): void {
  const { length } = storage ?? { length: 0 }
  const keys = Array.from({ length }, (_, at) => storage?.key(at) ?? '')
  for (const key of keys.filter((key) => BEGINNING.test(key))) {
    const [, draft, other] = OWNED.exec(key) ?? []
    if (!accounts.has(draft ?? other ?? '')) storage?.removeItem(key)
  }
}
