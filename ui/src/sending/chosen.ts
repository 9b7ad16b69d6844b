/** Which of the files that somebody adds can be sent, and what is told of the others. Pure. */
import { ATTACHMENTS_MAX } from '../limits'

type Named = { readonly name: string; readonly size: number; readonly type?: string }

/** Bytes that the box takes: of one file, and of all together. */
export type Room = { readonly file: number; readonly all: number }

export type Chosen<F extends Named> = {
  readonly taken: readonly F[]
  /** How many are more than a message may have. */
  readonly over: number
  readonly empty: readonly F[]
}

/** `has`: how many the message has already. */
export function chosenOf<F extends Named>(files: readonly F[], has: number): Chosen<F> {
  const empty = files.filter(({ size }) => size === 0)
  const good = files.filter((file) => !empty.includes(file))
  const taken = good.slice(0, Math.max(0, ATTACHMENTS_MAX - has))
  return { taken, over: good.length - taken.length, empty }
}

/** Those that the box would not take: for themselves, or beside those before them. */
export function unfit<F extends Named>(
  files: readonly F[],
  room: Room,
): { readonly large: readonly F[]; readonly crowded: readonly F[] } {
  const large = files.filter((file) => certain(file) > room.file)
  const crowded: F[] = []
  let left = room.all
  for (const file of files) {
    if (large.includes(file)) continue
    if (certain(file) > left) crowded.push(file)
    else left -= certain(file)
  }
  return { large, crowded }
}

/** Bytes that it surely has when it is sent: a picture is made smaller, and how small is not known yet. */
function certain({ size, type }: Named): number {
  return type?.startsWith('image/') ? 0 : size
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
