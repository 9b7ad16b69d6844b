import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import { file, picture } from '../../core/testing/attachments'
import { message } from '../../core/testing/box'
import { chooseLanguage, withTexts } from '../../i18n'
import type { Attachment } from '../../protocol'
import { altOf } from './alt'
import { placed } from './placed'

beforeAll(async () => {
  vi.stubGlobal('document', { documentElement: {} })
  vi.stubGlobal('localStorage', { setItem() {}, removeItem() {} })
  await withTexts(Promise.resolve())
})
afterEach(() => chooseLanguage('en'))

const alts = (...attachments: Attachment[]) =>
  placed(attachments, 'picture').map((one) => altOf(message({ attachments }), one, 'Grace'))

test('a picture is what is to be seen on it, or else from somebody', () => {
  expect(alts(picture({ alt: 'A red barn' }))).toEqual(['A red barn'])
  expect(alts(file(), picture())).toEqual(['Picture from Grace'])
})

test('of several each says which it is', async () => {
  const album = [picture(), file(), picture({ alt: 'A red barn' }), picture()]
  expect(alts(...album)).toEqual(['Picture 1 of 3 from Grace', 'A red barn', 'Picture 3 of 3 from Grace'])
  await chooseLanguage('zh')
  expect(alts(...album)[2]).toBe('Grace发的第3张图片，共3张')
})
