import { expect, test } from 'vitest'
import { ATTACHMENTS_MAX } from '../limits'
import { chosenOf, filesIn, isOfWords, unfit } from './chosen'

const file = (name: string, size = 1, type = '') => ({ name, size, type })
const many = (count: number) => Array.from({ length: count }, (_, at) => file(`${at}`))

test('the_first_ten_are_taken_and_how_many_more_there_were_is_known', () => {
  expect(chosenOf(many(ATTACHMENTS_MAX), 0)).toMatchObject({ over: 0 })
  const { taken, over } = chosenOf(many(13), 4)
  expect([taken.map(({ name }) => name), over]).toEqual([['0', '1', '2', '3', '4', '5'], 7])
  expect(chosenOf(many(2), ATTACHMENTS_MAX)).toMatchObject({ taken: [], over: 2 })
})

test('what_is_empty_is_told_and_takes_no_place', () => {
  const [empty, good] = [file('e', 0), file('g', 100)]
  expect(chosenOf([empty, good], 9)).toEqual({ taken: [good], over: 0, empty: [empty] })
})

test('what_is_too_large_or_does_not_fit_beside_the_others_is_told', () => {
  const [first, second, third, large] = [file('a', 80), file('b', 60), file('c', 20), file('l', 101)]
  const room = { file: 100, all: 100 }
  expect(unfit([first, large, second, third], room)).toEqual({ large: [large], crowded: [second] })
  expect(unfit([third], { file: 100, all: -5 })).toEqual({ large: [], crowded: [third] })
  // A picture is made smaller first.
  const photo = file('p.jpg', 5_000, 'image/jpeg')
  expect(unfit([photo], room)).toEqual({ large: [], crowded: [] })
})

test('folders_are_told_from_files', () => {
  const picture = new File(['x'], 'a.png')
  const items = [
    { kind: 'string' },
    {
      kind: 'file',
      getAsFile: () => picture,
      webkitGetAsEntry: () => ({ isDirectory: false, name: 'a.png' }),
    },
    {
      kind: 'file',
      getAsFile: () => new File([], 'b'),
      webkitGetAsEntry: () => ({ isDirectory: true, name: 'b' }),
    },
    // As pasted: there is no entry.
    { kind: 'file', getAsFile: () => picture, webkitGetAsEntry: () => null },
  ]
  const data = { items } as unknown as DataTransfer
  expect(filesIn(data)).toEqual({ files: [picture, picture], folders: ['b'] })
})

test('a_paste_of_words_is_not_taken_for_the_picture_of_them', () => {
  const of = (...types: string[]) => isOfWords({ types } as unknown as DataTransfer)
  expect(of('text/plain', 'text/html', 'Files')).toBe(true)
  expect(of('text/html', 'Files')).toBe(false)
  expect(of('Files', 'text/plain')).toBe(false)
})
