/** Where a menu goes so that all of it is seen. Pure geometry in CSS pixels of the window. */
import type { IconName } from './sprite'

export type MenuItem = {
  readonly label: string
  readonly icon: IconName
  readonly danger?: boolean
  /** Whether it is the one that is chosen; none where it is no choice. */
  readonly checked?: boolean
  readonly onselect: () => void
}

/** An emoji that a menu offers above its items. */
export type MenuEmoji = { readonly emoji: string; readonly on: boolean; readonly onselect: () => void }

export type Point = { readonly x: number; readonly y: number }
type Box = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }
/** What a menu belongs to. */
export type Place = Box | Point
type Size = { readonly width: number; readonly height: number }

/** Left free along each edge of the window. */
const MARGIN = 8
/** Between a menu and what it belongs to. */
const GAP = 4

/** Below its anchor if there is room, else above; aligned with the anchor's end, moved into the window. */
export function placeMenu(
  anchor: Place,
  menu: Size,
  room: Size & { readonly rtl: boolean },
): { left: number; top: number } {
  const box = 'x' in anchor && !('right' in anchor) ? pointBox(anchor) : (anchor as Box)
  const below = box.bottom + GAP
  const above = box.top - GAP - menu.height
  const top = below + menu.height + MARGIN <= room.height || above < MARGIN ? below : above
  const isPoint = box.left === box.right
  // A point grows the menu away from the writing's start; a button keeps its end edge in line.
  const left = isPoint === room.rtl ? box.right - menu.width : box.left
  return {
    left: within(left, MARGIN, room.width - menu.width - MARGIN),
    top: within(top, MARGIN, room.height - menu.height - MARGIN),
  }
}

function pointBox({ x, y }: Point): Box {
  return { left: x, right: x, top: y - GAP, bottom: y - GAP }
}

function within(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most))
}
