/** A long press of a finger. The menu it opens must open after the finger is lifted, or lifting closes it. */
import type { Attachment } from 'svelte/attachments'

const HELD_MS = 500
/** A finger trembles; further than this it scrolls. */
const MOVED_PX_MAX = 10

export function longPress(pressed: (element: Element, place: { x: number; y: number }) => void): Attachment<HTMLElement> {
  return (root) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let from: { x: number; y: number; element: Element } | null = null
    let held = false

    const forget = () => {
      clearTimeout(timer)
      from = null
      held = false
    }
    const down = (event: PointerEvent) => {
      forget()
      if (event.pointerType !== 'touch' || !event.isPrimary || !(event.target instanceof Element)) return
      from = { x: event.clientX, y: event.clientY, element: event.target }
      timer = setTimeout(() => {
        held = true
        navigator.vibrate?.(10)
      }, HELD_MS)
    }
    const move = (event: PointerEvent) => {
      if (from && Math.hypot(event.clientX - from.x, event.clientY - from.y) > MOVED_PX_MAX) forget()
    }
    const up = (event: Event) => {
      const press = held ? from : null
      forget()
      if (!press) return
      event.preventDefault()
      setTimeout(() => pressed(press.element, { x: press.x, y: press.y }))
    }
    /** What was held to open a menu was not meant as a press on the link below. */
    let endedAt = 0
    const end = (event: TouchEvent) => {
      if (!held) return
      endedAt = event.timeStamp
      if (event.cancelable) event.preventDefault()
    }
    const click = (event: MouseEvent) => {
      if (event.timeStamp - endedAt > 400) return
      event.preventDefault()
      event.stopPropagation()
    }
    const abort = new AbortController()
    const { signal } = abort
    root.addEventListener('pointerdown', down, { signal })
    root.addEventListener('pointermove', move, { signal })
    root.addEventListener('pointerup', up, { signal })
    root.addEventListener('pointercancel', forget, { signal })
    root.addEventListener('touchend', end, { signal, passive: false })
    root.addEventListener('click', click, { signal, capture: true })
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }
}
