/** A long press of a finger. The menu it opens must open after the finger is lifted, or lifting closes it. */
import type { Attachment } from 'svelte/attachments'

const HELD_MS = 500
/** A finger trembles; further than this it scrolls. */
const MOVED_PX_MAX = 10
/** What the browser makes of a lifted finger (a click, a moved focus) comes within this time, before the next press. */
const AFTERMATH_MS = 400

type Place = { readonly x: number; readonly y: number }

export function longPress(pressed: (element: Element, place: Place) => void): Attachment<HTMLElement> {
  return (root) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let press: { element: Element; place: Place; held: boolean } | null = null
    let liftedAt = -AFTERMATH_MS

    const forget = () => {
      clearTimeout(timer)
      press = null
    }
    const down = (event: PointerEvent) => {
      forget()
      // What follows belongs to this press.
      liftedAt = -AFTERMATH_MS
      if (event.pointerType !== 'touch' || !event.isPrimary || !(event.target instanceof Element)) return
      const begun = { element: event.target, place: { x: event.clientX, y: event.clientY }, held: false }
      press = begun
      timer = setTimeout(() => {
        begun.held = true
        navigator.vibrate?.(10)
      }, HELD_MS)
    }
    const move = ({ clientX, clientY }: PointerEvent) => {
      if (press && Math.hypot(clientX - press.place.x, clientY - press.place.y) > MOVED_PX_MAX) forget()
    }
    const up = (event: PointerEvent) => {
      const lifted = press?.held ? press : null
      forget()
      if (!lifted) return
      liftedAt = event.timeStamp
      setTimeout(() => pressed(lifted.element, lifted.place))
    }
    /** What was held to open a menu was not meant as a press on the link below. */
    const stop = (event: Event) => {
      if (event.timeStamp - liftedAt > AFTERMATH_MS) return
      if (event.cancelable) event.preventDefault()
      event.stopPropagation()
    }
    const abort = new AbortController()
    const { signal } = abort
    root.addEventListener('pointerdown', down, { signal })
    root.addEventListener('pointermove', move, { signal })
    root.addEventListener('pointerup', up, { signal })
    root.addEventListener('pointercancel', forget, { signal })
    root.addEventListener('touchend', stop, { signal, passive: false })
    root.addEventListener('click', stop, { signal, capture: true })
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }
}
