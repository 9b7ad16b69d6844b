/** Puts into a tray what can be sent, and says in words what cannot. */
import { uploadLimits } from '../core/apiBox'
import { formatList, joinSentences, t } from '../i18n/screens'
import { toasts } from '../parts/toasts.svelte'
import { chosenOf, unfit } from './chosen'
import { boundOf, sayLimit } from './limits'
import type { Tray } from './tray.svelte'

/** Gives how many were taken. `folders`: the names of those among them, which cannot be sent. */
export function addTo(tray: Tray, files: readonly File[], folders: readonly string[] = []): number {
  const { taken, over, empty } = chosenOf(files, tray.items.length)
  tray.add(taken)
  const names = (of: readonly { name: string }[]) => formatList(of.map(({ name }) => name))
  const words = [
    over > 0 && t('sending.many', { n: over }),
    empty.length > 0 && t('sending.empty', { names: names(empty) }),
    folders.length > 0 && t('sending.folders', { names: formatList(folders) }),
  ]
  if (words.some(Boolean)) toasts.show(joinSentences(...words), 'fault')
  if (taken.length > 0) void check(tray, words)
  return taken.length
}

/**
 * Takes out of a tray what the box would not take, and says by which limit: before any of it is on its way. `said`: what
 * was said already, and is said with it, as one note takes the place of the other.
 */
async function check(to: Tray, said: readonly (string | false)[]) {
  const limits = await uploadLimits().catch(() => null)
  if (!limits) return
  const files = to.items.map(({ file }) => file)
  const { large, crowded } = unfit(files, { file: limits.file_bytes_max, all: limits.left_bytes })
  const out = [...large, ...crowded]
  if (out.length === 0) return
  for (const item of to.items) if (out.includes(item.file)) to.remove(item)
  const words = [
    ...said,
    large.length > 0 && sayLimit('file_large', limits),
    crowded.length > 0 && sayLimit(boundOf(limits), limits),
    t('sending.notAdded', { names: formatList(out.map(({ name }) => name)) }),
  ]
  toasts.show(joinSentences(...words), 'fault')
}
