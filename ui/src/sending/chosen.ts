/** Which of the files that somebody adds can be sent, and what is told of the others. Pure. */
import { ATTACHMENTS_MAX, FILE_BYTES_MAX } from '../limits'

type Named = { readonly name: string; readonly size: number }

export type Chosen<F extends Named> = {
  readonly taken: readonly F[]
  /** How many are more than a message may have. */
  readonly over: number
  readonly empty: readonly F[]
  readonly large: readonly F[]
}

/** `has`: how many the message has already. */
export function chosenOf<F extends Named>(files: readonly F[], has: number): Chosen<F> {
  const empty = files.filter(({ size }) => size === 0)
  const large = files.filter(({ size }) => size > FILE_BYTES_MAX)
  const good = files.filter((file) => !empty.includes(file) && !large.includes(file))
  const taken = good.slice(0, Math.max(0, ATTACHMENTS_MAX - has))
  return { taken, over: good.length - taken.length, empty, large }
}

/** What is in a drop or a paste: files, and the names of folders, which no page can read as one. */
export function filesIn(data: DataTransfer): { files: File[]; folders: string[] } {
  const files: File[] = []
  const folders: string[] = []
  for (const item of data.items) {
    if (item.kind !== 'file') continue
    const entry = item.webkitGetAsEntry?.()
    const file = item.getAsFile()
    if (entry?.isDirectory) folders.push(entry.name)
    else if (file) files.push(file)
  }
  return { files, folders }
}

/** Whether a paste is of words, though a picture of them comes with it: as from a table or a text with its look. */
export function isOfWords(data: DataTransfer): boolean {
  return data.types.includes('text/plain') && data.types.includes('text/html')
}
