/** The promises of tokens.css about contrast, computed from the file itself. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { avatarHue } from '../parts/avatar'

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8')

type Rgb = readonly [number, number, number]
type Scheme = 'light' | 'dark'

const OKLCH = /oklch\(([\d.]+) ([\d.]+) ([\d.]+|var\([^)]*\))(?: \/ [\d.]+)?\)/g

function colour(token: string, scheme: Scheme, hue = 166): Rgb {
  const value = new RegExp(`--${token}:\\s*([^;]+);`).exec(css)?.[1]
  if (!value) throw new Error(`no token ${token}`)
  const all = [...value.matchAll(OKLCH)]
  const found = all[scheme === 'light' ? 0 : all.length - 1]
  if (!found) throw new Error(`no colour in ${token}`)
  return oklch(Number(found[1]), Number(found[2]), found[3]?.startsWith('var') ? hue : Number(found[3]))
}

/** To linear sRGB, cut off where the screen cannot show it. */
function oklch(l: number, c: number, h: number): Rgb {
  const a = c * Math.cos((h * Math.PI) / 180)
  const b = c * Math.sin((h * Math.PI) / 180)
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3
  const cut = (value: number) => Math.min(1, Math.max(0, value))
  return [
    cut(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
    cut(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
    cut(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short),
  ]
}

function contrast(one: Rgb, other: Rgb): number {
  const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

const grounds = ['ground', 'surface', 'raised', 'sunken']
const texts: readonly [text: string, grounds: readonly string[]][] = [
  ['text', [...grounds, 'bubble']],
  ['text-soft', [...grounds, 'bubble']],
  ['accent-text', [...grounds, 'bubble']],
  ['danger-text', [...grounds, 'danger-soft']],
  ['on-accent', ['accent', 'accent-hover']],
  ['on-accent-soft', ['accent-soft']],
  ['on-bubble-own', ['bubble-own']],
  ['bubble-own-soft', ['bubble-own']],
  ['on-danger', ['danger', 'danger-hover']],
  ['on-notice-soft', ['notice-soft']],
  ['on-mark', ['mark']],
]
const shapes: readonly [shape: string, grounds: readonly string[]][] = [
  ['line-strong', grounds],
  ['accent', grounds],
  ['focus', [...grounds, 'accent-soft']],
  ['present', ['surface', 'raised', 'ground']],
]

describe.each(['light', 'dark'] as const)('in the %s scheme', (scheme) => {
  it.each(texts)('%s can be read on %j', (text, on) => {
    for (const ground of on) {
      expect([ground, contrast(colour(text, scheme), colour(ground, scheme)) >= 4.5]).toEqual([ground, true])
    }
  })

  it.each(shapes)('%s is seen on %j', (shape, on) => {
    for (const ground of on) {
      expect([ground, contrast(colour(shape, scheme), colour(ground, scheme)) >= 3]).toEqual([ground, true])
    }
  })

  it('letters are read on every avatar', () => {
    for (let id = 1; id <= 360; id++) {
      const hue = avatarHue(id)
      expect(
        contrast(colour('on-avatar', scheme, hue), colour('avatar', scheme, hue)),
      ).toBeGreaterThanOrEqual(4.5)
    }
  })
})

it('black on white is 21, so that the measure itself is right', () => {
  expect(contrast([0, 0, 0], [1, 1, 1])).toBeCloseTo(21)
  expect(contrast(oklch(1, 0, 0), oklch(0, 0, 0))).toBeCloseTo(21, 0)
})
