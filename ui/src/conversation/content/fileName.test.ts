import { expect, test } from 'vitest'
import { fileIcon, nameParts, seenWidth } from './fileName'

test('of a short name the ending alone is always seen', () => {
  expect(nameParts('film.mp4')).toEqual(['film', '.mp4'])
  expect(nameParts('README')).toEqual(['README', ''])
  expect(nameParts('.profile')).toEqual(['.profile', ''])
  expect(nameParts('')).toEqual(['', ''])
})

test.each([
  ['Protokoll der Sitzung vom 12. November (2).pdf', 'r (2).pdf'],
  ['海边照片与航海日志合集第十二卷.tar', '第十二卷.tar'],
  ['no ending but a very long name', 'name'],
  ['.a-file-that-is-hidden-on-unix', 'unix'],
  ['what.is this-no-ending-it-is-too-long', 'long'],
])('of %s the end is always seen', (name, end) => {
  const [start, seen] = nameParts(name)
  expect(seen.endsWith(end.slice(-4))).toBe(true)
  expect(start + seen).toBe(name)
})

test('a character is not cut in two', () => {
  const name = `${'x'.repeat(20)}👩‍🚀👩‍🚀👩‍🚀👩‍🚀.png`
  const [start, end] = nameParts(name)
  expect(end).toBe('👩‍🚀👩‍🚀👩‍🚀👩‍🚀.png')
  expect(start).toBe('x'.repeat(20))
})

test('what is seen of a beginning ends where its last whole character does', () => {
  // Every character is ten pixels wide.
  const widthOf = (text: string) => 10 * [...text].length
  expect(seenWidth('务必仔细阅读', 49, widthOf)).toBe(40)
  expect(seenWidth('务必仔细阅读', 40, widthOf)).toBe(40)
})

test('however_little_room_there_is_what_is_left_out_has_its_sign', () => {
  const widthOf = (text: string) => 10 * [...text].length
  expect(seenWidth('务必仔细阅读', 12, widthOf)).toBe(20)
  expect(seenWidth('Einladung', 0, widthOf)).toBe(20)
})

test.each([
  ['a.zip', 'application/octet-stream', 'file-archive'],
  ['A.XLSX', 'application/octet-stream', 'file-table'],
  ['a', 'application/pdf', 'file-text'],
  ['a', 'text/plain', 'file-text'],
  ['drawing.svg', 'application/octet-stream', 'picture'],
  ['a.webm', 'video/webm', 'video'],
  ['a', 'audio/ogg', 'audio'],
  ['a.bin', 'application/octet-stream', 'file'],
])('%s of %s is shown as %s', (name, media_type, icon) => {
  expect(fileIcon({ name, media_type })).toBe(icon)
})
