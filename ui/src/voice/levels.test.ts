import { describe, expect, test } from 'vitest'
import { VOICE_LEVELS_MAX } from '../limits'
import { levelOf, summed } from './levels'

const tone = (height: number) => Float32Array.from({ length: 512 }, (_, at) => height * Math.sin(at / 5))

test('a level follows how loud people hear it', () => {
  const [silence, whisper, talk, shout] = [0, 0.01, 0.1, 1].map((height) => levelOf(tone(height)))
  expect(silence).toBe(0)
  expect(whisper).toBeGreaterThan(0)
  expect(talk).toBeGreaterThan(whisper! + 50)
  expect(shout).toBeGreaterThan(talk! + 50)
  expect(levelOf(new Float32Array(4).fill(3))).toBe(255)
})

describe('the levels of a whole recording', () => {
  test('are what was heard, where they are few', () => expect(summed([1, 2, 3])).toEqual([1, 2, 3]))

  test('stand each for as much of it, where they are many', () => {
    const half = VOICE_LEVELS_MAX / 2
    const all = summed([...Array(3_000).fill(10), ...Array(3_000).fill(200)])
    expect(all).toEqual([...Array(half).fill(10), ...Array(half).fill(200)])
    for (const count of [VOICE_LEVELS_MAX + 1, 1_000, 9_001]) {
      expect(summed(Array(count).fill(7))).toEqual(Array(VOICE_LEVELS_MAX).fill(7))
    }
  })
})
