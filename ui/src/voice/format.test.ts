import { expect, test } from 'vitest'
import { fileName, recordedAs } from './format'

/** Browsers, by what they say that they record. */
const only =
  (...types: string[]) =>
  (type: string) =>
    types.includes(type)

test('what is recorded is what most devices play', () => {
  expect(recordedAs(() => true)).toBe('audio/mp4;codecs=mp4a.40.2')
  expect(recordedAs(only('audio/webm;codecs=opus', 'audio/mp4'))).toBe('audio/mp4')
  expect(recordedAs(only('audio/ogg;codecs=opus', 'audio/webm;codecs=opus'))).toBe('audio/webm;codecs=opus')
  expect(recordedAs(only('video/mp4'))).toBeNull()
})

test('a file is called by when it was recorded and what it is', () => {
  const at = new Date(2026, 0, 5, 9, 7, 3)
  expect(fileName('audio/mp4;codecs=opus', at)).toBe('voice-20260105-090703.m4a')
  expect(fileName('audio/webm; codecs=opus', at)).toBe('voice-20260105-090703.webm')
  expect(fileName('audio/x', at)).toBe('voice-20260105-090703')
})
