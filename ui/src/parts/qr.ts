/** QR codes as one SVG path: dark modules joined into runs. Pure. */
import { encode } from 'uqr'

export type Drawn = {
  /** Modules along an edge, the quiet zone not counted. */
  readonly size: number
  /** For `<path d>`, one unit per module. */
  readonly path: string
}

/** Middle correction: a phone's camera in a dim room, a print with a crease. */
export function drawQr(text: string): Drawn {
  const { data, size } = encode(text, { ecc: 'M', border: 0 })
  let path = ''
  data.forEach((row, y) => {
    for (let x = 0; x < size; x++) {
      if (!row[x]) continue
      const from = x
      while (row[x + 1]) x += 1
      const run = x - from + 1
      path += `M${from} ${y}h${run}v1h-${run}z`
    }
  })
  return { size, path }
}
