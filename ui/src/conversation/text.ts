/** What a message's text may hold, found out cheaply. */

const FEW_EMOJI = /^(?:\p{RGI_Emoji}\s*){1,3}$/v

/** One to three emoji and nothing else: shown large. */
export function isFewEmoji(text: string): boolean {
  return text.length <= 64 && FEW_EMOJI.test(text.trim())
}

/** A cheap look: what has a link has one of three signs within a word. */
export function mayHoldLink(text: string): boolean {
  return /[\w\]][.:@][\w/:]/.test(text)
}
