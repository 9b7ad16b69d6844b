import { encode } from 'uqr'
import { expect, test } from 'vitest'
import { drawQr } from './qr'

test('every_dark_module_is_drawn_and_no_light_one', () => {
  const text = 'https://192.168.1.20/j/0QHx6vYk1Jm2cT9sZbE4wg'
  const { data, size } = encode(text, { ecc: 'M', border: 0 })
  const drawn = drawQr(text)
  expect(drawn.size).toBe(size)
  const dark = new Set<string>()
  for (const [, x, y, run] of drawn.path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
    for (let step = 0; step < Number(run); step++) dark.add(`${Number(x) + step} ${y}`)
  const wanted = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`${x} ${y}`] : [])))
  expect([...dark].sort()).toEqual(wanted.sort())
})
