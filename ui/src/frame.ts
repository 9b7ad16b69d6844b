/** The longest wait where no picture is drawn: the page is hidden, or the browser has too much to do. */
const FRAME_MS_MAX = 200

/** Calls with the next picture, but not within `ms`. */
export function nextFrame(call: () => void, ms: number): void {
  // Frames and timers are numbered apart: what is to be ended must be known as one or the other.
  let frame = 0
  const ask = () => void (frame = requestAnimationFrame(once))
  const rest = ms > 0 ? setTimeout(ask, ms) : void ask()
  const timer = setTimeout(once, FRAME_MS_MAX)
  function once() {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
    clearTimeout(rest)
    call()
  }
}
