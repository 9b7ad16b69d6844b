import { expect, test } from 'vitest'
import { picture, voice } from '../core/testing/attachments'
import { message } from '../core/testing/box'
import { nextVoice } from './next'

test('after a voice message the next that is wanted is heard', () => {
  const said = (n: number, changes = {}) => message({ id: n, n, attachments: [voice()], ...changes })
  const rows = [
    said(1),
    said(2),
    message({ id: 3, n: 3 }),
    said(4, { deleted: true }),
    said(5, { author: 1 }),
    said(6, { attachments: [picture()] }),
    said(7),
  ]
  const next = (n: number) => nextVoice(rows, rows[n - 1]!, ({ author }) => author !== 1)?.n
  expect(next(1)).toBe(2)
  expect(next(2)).toBe(7)
  expect(next(7)).toBeUndefined()
})
