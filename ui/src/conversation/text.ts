/** What a message's text may hold, found out cheaply. */

const FEW_EMOJI = /^(?:\p{RGI_Emoji}\s*){1,3}$/v

/** One to three emoji and nothing else: shown large. */
export function isFewEmoji(text: string): boolean {
  return text.length <= 64 && FEW_EMOJI.test(text.trim())
}

/** No link is without a scheme's colon or a dot inside a word. */
export function mayHoldLink(text: string): boolean {
  return /\S[.:：。]\S/.test(text)
}
