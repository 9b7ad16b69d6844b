/** What messages are looked for by beside their words: as the box calls it, and what people type for it. */
import { fold } from '../parts/fold'
import type { Brought } from '../protocol'

/** What may stand behind `has:`: what messages bring, what was put to them, and that they call whoever asks. */
export type Sign = Brought | 'reaction' | 'mention'

/** In the order in which they are offered. What is typed behind `has:`, in any language of the page. */
const TYPED: { readonly [S in Sign]: string } = {
  picture: 'picture pictures photo photos image images 图片 图 照片 相片',
  video: 'video videos film films 视频 影片',
  voice: 'voice voices 语音 语音消息',
  audio: 'audio sound sounds music 音频 声音 音乐',
  file: 'file files document documents 文件 文档',
  link: 'link links url 链接 网址',
  reaction: 'reaction reactions emoji 表情 回应 表情回应',
  mention: 'mention mentions 提到 提及',
}

export const SIGNS = Object.keys(TYPED) as readonly Sign[]

/** What somebody means by a word; null where it is nothing that messages have. */
export function signBy(word: string): Sign | null {
  const sought = fold(word)
  return SIGNS.find((sign) => TYPED[sign].split(' ').includes(sought)) ?? null
}

/** As the box is asked. */
export const askedFor = (sign: Sign) => (sign === 'mention' ? 'mentions:me' : `has:${sign}`)
