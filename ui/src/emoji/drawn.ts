/** Which emoji this device draws, found out by drawing one of each version. */

/** The versions after the one that every device is trusted with, the newest first, each with one of it and of what it is joined. */
const VERSIONS: readonly (readonly [version: number, emoji: string, part?: string])[] = [
  [15.1, '🍋‍🟩', '🍋'],
  [15, '🫨'],
  [14, '🫠'],
  [13.1, '❤️‍🔥', '❤️'],
  [13, '🥲'],
  [12.1, '🧑‍🦰', '🧑'],
]
const OLDEST = 12

const EDGE_PX = 16

let known: number | null = null

/** The newest version of which all is drawn: a device that draws one draws those before it. */
export function newestDrawn(): number {
  known ??= look()
  return known
}

function look(): number {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = EDGE_PX
  const pen = canvas.getContext('2d', { willReadFrequently: true })
  // One that shows nothing of what it has drawn says nothing of the device.
  if (!pen) return VERSIONS[0]![0]
  pen.font = `${EDGE_PX - 4}px "Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji", sans-serif`
  const found = VERSIONS.find(([, emoji, part]) =>
    part ? isJoined(pen, emoji, part) : isColoured(pen, emoji),
  )
  return found?.[0] ?? OLDEST
}

/** Drawn as one picture, it is about as wide as its first part; otherwise its parts stand in a row. */
function isJoined(pen: CanvasRenderingContext2D, emoji: string, part: string): boolean {
  return pen.measureText(emoji).width < pen.measureText(part).width * 1.5
}

/** What is not there is an empty box, in the colour of text. */
function isColoured(pen: CanvasRenderingContext2D, emoji: string): boolean {
  pen.clearRect(0, 0, EDGE_PX, EDGE_PX)
  pen.fillStyle = '#000'
  pen.fillText(emoji, 0, EDGE_PX - 3)
  const { data } = pen.getImageData(0, 0, EDGE_PX, EDGE_PX)
  return data.some((value, at) => at % 4 !== 3 && value > 40)
}
