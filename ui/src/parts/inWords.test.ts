import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { RoomState } from '../core/room.svelte'
import { file, film, picture, sound, voice } from '../core/testing/attachments'
import { message, room } from '../core/testing/box'
import { chooseLanguage, withTexts } from '../i18n'
import type { Attachment } from '../protocol'
import { aloud, attachedInWords, inWords, lastInWords } from './inWords'

beforeAll(async () => {
  vi.stubGlobal('document', { documentElement: {} })
  vi.stubGlobal('localStorage', { setItem() {}, removeItem() {} })
  await withTexts(Promise.resolve())
})
afterEach(() => chooseLanguage('en'))

type Case = readonly [attached: Attachment[], english: string, chinese: string]
const CASES: Case[] = [
  [[picture()], 'Picture', '图片'],
  [[picture(), picture(), picture()], '3 pictures', '3张图片'],
  [[film()], 'Video', '视频'],
  [[film(), film()], '2 videos', '2个视频'],
  [[voice(12_300)], 'Voice message (0:12)', '语音消息（0:12）'],
  [[voice(), voice()], '2 voice messages', '2条语音消息'],
  [[sound()], 'song.mp3', 'song.mp3'],
  [[sound('')], 'Audio file', '音频'],
  [[sound(), sound()], '2 audio files', '2个音频'],
  [[file()], 'report.pdf', 'report.pdf'],
  [[file('')], 'File', '文件'],
  [[file(), file()], '2 files', '2个文件'],
  [[picture(), file()], '2 attachments', '2个附件'],
]

test.each(CASES)('%j in words', async (attached, english, chinese) => {
  expect(attachedInWords(attached)).toBe(english)
  await chooseLanguage('zh')
  expect(attachedInWords(attached)).toBe(chinese)
})

describe('a message in words', () => {
  test('says what it has brought, and what was written with it', async () => {
    const attached = [picture()]
    expect(inWords({ body: 'Hello', attached: undefined })).toBe('Hello')
    expect(inWords({ body: 'The garden', attached })).toBe('Picture: The garden')
    expect(inWords({ body: '', attached })).toBe('Picture')
    await chooseLanguage('zh')
    expect(inWords({ body: '花园', attached })).toBe('图片：花园')
  })

  test('says what is to be seen, where that was said', () => {
    const attached = [picture({ alt: 'A red barn' })]
    expect(inWords({ body: '', attached })).toBe('Picture: A red barn')
    expect(inWords({ body: 'Ours', attached })).toBe('Picture: Ours')
  })

  test('is heard with what is to be seen on each of its pictures', async () => {
    expect(aloud({ body: 'Hello' })).toBe('Hello')
    expect(aloud({ body: 'Ours', attached: [picture()] })).toBe('Picture: Ours')
    const attached = [picture({ alt: 'A red barn' })]
    expect(aloud({ body: '', attached })).toBe('Picture: A red barn')
    expect(aloud({ body: 'Ours', attached })).toBe('Picture (A red barn): Ours')
    const album = [...attached, picture(), picture({ alt: 'A cat' })]
    expect(aloud({ body: '', attached: album })).toBe('3 pictures: A red barn and A cat')
    await chooseLanguage('zh')
    expect(aloud({ body: '我们的', attached })).toBe('图片（A red barn）：我们的')
  })

  test('does not turn around what stands beside a name', () => {
    expect(attachedInWords([file('cod\u202egnp.exe')])).not.toContain('\u202e')
  })
})

describe('the last message of a room', () => {
  const last = { id: 7, author: 2, preview: '', sent_at: 1 }

  test('is told by its kind, where no more is known', () => {
    const state = new RoomState(room({ last: { ...last, attached: { first: 'voice', count: 1 } } }))
    expect(lastInWords(state)).toBe('Voice message')
    const many = new RoomState(room({ last: { ...last, attached: { first: 'picture', count: 3 } } }))
    expect(lastInWords(many)).toBe('3 pictures')
    expect(lastInWords(new RoomState(room({ last })))).toBe('')
  })

  test('is what waits to be sent, where there is nothing else to tell', () => {
    const waits = {
      client_msg_id: 'a',
      room: 1,
      body: '',
      written_at: 1,
      failed: null,
      attachments: [picture(), picture()],
    }
    const state = new RoomState(room({ last }))
    state.pending = [waits]
    expect(lastInWords(state)).toBe('2 pictures')
    const heard = new RoomState(room({ last: { ...last, attached: { first: 'voice', count: 1 } } }))
    heard.pending = [waits]
    expect(lastInWords(heard)).toBe('Voice message')
  })

  test('is told by what it is, where it has been heard', () => {
    const state = new RoomState(room())
    state.add(message({ id: 7, n: 1, body: '', attachments: [voice(65_000)] }))
    expect(state.last?.attached).toEqual({ first: 'voice', count: 1 })
    expect(lastInWords(state)).toBe('Voice message (1:05)')
  })

  test('is nothing any more when it was deleted', () => {
    const state = new RoomState(room())
    state.add(message({ id: 7, n: 1, body: '', attachments: [picture()] }))
    state.bury(7, 1, { seq: 8, room: 1, what: { type: 'deleted', message: 7, n: 1 } })
    expect(state.last?.attached).toBeUndefined()
    expect(state.timeline.find(7)?.attachments).toBeUndefined()
    expect(lastInWords(state)).toBe('')
  })
})
