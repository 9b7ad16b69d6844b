/** By what sign a file is shown that shows nothing itself. */
import type { IconName } from '../parts/sprite'
import type { Attachment } from '../protocol'

export function iconOf(what: Attachment['what']): IconName {
  if (what.type === 'video') return 'video'
  if (what.type === 'audio') return 'audio'
  if (what.type === 'voice') return 'voice'
  return what.type === 'picture' ? 'picture' : 'file'
}
