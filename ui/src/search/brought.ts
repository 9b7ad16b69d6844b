/** What messages are looked for by beside their words: as the box calls it, and what people type for it. */
import { fold } from '../parts/fold'
import type { Brought } from '../protocol'

/** In the order in which they are offered. What is typed behind `has:`, in any language of the page. */
const TYPED: { readonly [B in Brought]: string } = {
  picture: 'picture pictures photo photos image images 图片 图 照片 相片',
  video: 'video videos film films 视频 影片',
  voice: 'voice voices 语音 语音消息',
  audio: 'audio sound sounds music 音频 声音 音乐',
  file: 'file files document documents 文件 文档',
  link: 'link links url 链接 网址',
}

export const BROUGHT = Object.keys(TYPED) as readonly Brought[]

/** What somebody means by a word; null where it is nothing that messages bring. */
export function broughtBy(word: string): Brought | null {
  const sought = fold(word)
  return BROUGHT.find((brought) => TYPED[brought].split(' ').includes(sought)) ?? null
}
