/**
 * Lets somebody pick an emoji. The picker is loaded with the first, and belongs to no screen: what it was opened from may go
 * meanwhile.
 */
import { mount } from 'svelte'
import { errorText, withTexts } from '../i18n'
import { toasts } from '../parts/toasts.svelte'

export type EmojiAsked = {
  /** Takes what was picked, in the skin tone that is preferred. */
  readonly onpick: (emoji: string) => void
  /** The picker is closed, after a pick too. */
  readonly onclose?: () => void
  /** Whether it stays for another while Shift is held. */
  readonly several?: boolean
}

type Picker = { open(anchor: HTMLElement, asked: EmojiAsked): Promise<void>; close(): void }
let picker: Promise<Picker> | null = null

/** Opens the picker beside what was pressed; on phones it comes from below. Pressed once more, it closes. */
export async function openEmoji(anchor: HTMLElement, asked: EmojiAsked): Promise<void> {
  picker ??= withTexts(import('./EmojiPicker.svelte')).then(({ default: EmojiPicker }) =>
    mount(EmojiPicker, { target: document.body }),
  )
  // Said by the picker while it is open: the press that has closed it already, as one beside it, still sees it.
  const isOpen = anchor.ariaExpanded === 'true'
  try {
    const { open, close } = await picker
    if (isOpen) {
      close()
      asked.onclose?.()
    } else await open(anchor, asked)
  } catch {
    picker = null
    toasts.show(errorText('unreachable'), 'fault')
    asked.onclose?.()
  }
}

/** One emoji; null when the picker was closed without one. */
export function pickEmoji(anchor: HTMLElement): Promise<string | null> {
  return new Promise((resolve) => {
    void openEmoji(anchor, { onpick: resolve, onclose: () => resolve(null) })
  })
}
