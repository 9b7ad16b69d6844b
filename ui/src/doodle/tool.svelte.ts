/** What is in hand: kept as long as the page, as one draws on with what one has drawn with. */
import type { Color, Width } from './drawing'

export type Tool = 'pen' | 'eraser' | 'stamp'
export type InHand = { tool: Tool; color: Color; width: Width; emoji: string }

export const TOOLS = ['pen', 'eraser', 'stamp'] as const

/** What is stamped most: faces, hearts, signs, some things; any other is typed. */
export const EMOJI = [
  ...['😀', '😂', '😍', '🥰', '😎', '🤔', '😮', '😢', '😡', '🥳', '😴', '🤯'],
  ...['❤️', '💔', '⭐', '✨', '🔥', '💯', '✅', '❌', '❓', '❗', '👍', '👎'],
  ...['👏', '🙏', '💪', '👀', '🎉', '🎂', '🎁', '🌹', '🌞', '🌈', '🐱', '🐶'],
] as const

class Hand {
  held = $state.raw<InHand>({ tool: 'pen', color: 'black', width: 'medium', emoji: '❤️' })
}

export const hand = new Hand()
