/** What a message's text may hold, found out cheaply. */
import type { Content } from '../rows'

/** Longer is no few emoji, whatever they are made of. */
const FEW_EMOJI_UNITS_MAX = 64
/**
 * Flags, keys, and emoji with what may follow them, joined ones counting once (UTS #51, ED-27). Not `\p{RGI_Emoji}`: making
 * the list of them took longer than all else of the first look at a chat, and the answer differs for no emoji there is.
 */
const FEW_EMOJI =
  /^\s*((\p{RI}{2}|[#*\d]\ufe0f?\u20e3|[[\p{ExtPict}&&\p{Emoji}]--[©®™]][\ufe0f\p{EMod}]?[\u{e0020}-\u{e007f}]*(\u200d[[\p{ExtPict}&&\p{Emoji}]--[©®™]][\ufe0f\p{EMod}]?)*)\s*){1,3}$/v

/** One to three emoji and nothing else: shown large. */
export function isFewEmoji(text: string): boolean {
  return text.length <= FEW_EMOJI_UNITS_MAX && FEW_EMOJI.test(text)
}

/** Letters and signs that stay within their line. */
const LEVEL =
  /^[\t\n -\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u3000-\u3029\u3030-\u3096\u309b-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff01-\uffee]*$/

/** Whether something in it may stand out of its line: piled marks, outsized characters, what is no text. */
export function isTall(content: Content): boolean {
  return content.kind !== 'text' || !LEVEL.test(content.text)
}

/** Of Chinese half of the lines that are shown at once; the other half may be empty. */
const SHORT_UNITS_MAX = 225

/** Neither link nor code nor length, and nothing formatted, by a cheap look: what is not plain `RichText` looks at once more. */
export function isPlain(text: string): boolean {
  return (
    text.length <= SHORT_UNITS_MAX && !/`|[*_~]\S|^([->•*]|\d+\.)\s|[\w\]][.:@][\w/:]|(\n.*){6}/m.test(text)
  )
}
