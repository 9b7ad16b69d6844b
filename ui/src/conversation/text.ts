/** What a message's text may hold, found out cheaply. */

/** Longer is no few emoji, whatever they are made of. */
const FEW_EMOJI_UNITS_MAX = 64
/**
 * A flag, a key, or an emoji with what may follow it (UTS #51, ED-27); joined ones count once. Not `\p{RGI_Emoji}`: making
 * the list of them took longer than all else of the first look at a chat, and the answer differs for no emoji there is.
 */
const EMOJI =
  /\p{RI}{2}|[#*\d]\ufe0f?\u20e3|\u200d?[[\p{ExtPict}&&\p{Emoji}]--[©®™]][\ufe0f\p{EMod}]?[\u{e0020}-\u{e007f}]*/gv

/** One to three emoji and nothing else: shown large. */
export function isFewEmoji(text: string): boolean {
  if (text.length > FEW_EMOJI_UNITS_MAX) return false
  let count = 0
  const rest = text.replace(EMOJI, (one) => {
    if (one[0] !== '\u200d') count++
    return ''
  })
  return count > 0 && count < 4 && rest.trim() === ''
}

/** A cheap look: what has a link has one of three signs within a word. */
export function mayHoldLink(text: string): boolean {
  return /[\w\]][.:@][\w/:]/.test(text)
}
