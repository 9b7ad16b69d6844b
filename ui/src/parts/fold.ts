/** How texts are compared when people look for something, as the box does it (src/proto/fold.rs). Pure. */
import { BARE, DROPPED, LETTERS } from './foldTable'

const MARK = /\p{Mn}/u
const PLAIN = /^[\0-\x7f]*$/

/** A text without what makes no difference: case, width, accents, vowel marks, forms of one letter, space around it. */
export function fold(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase().trim()
  // Letter by letter: within a word, JavaScript gives the small sigma another form at the end.
  const small = Array.from(text.normalize('NFKD'), oneCase).join('').normalize('NFKD')
  let folded = ''
  let accentsMatter = true
  for (const letter of small) {
    if (DROPPED.test(letter)) continue
    if (!MARK.test(letter)) accentsMatter = !BARE.test(letter)
    else if (!accentsMatter) continue
    folded += LETTERS.get(letter) ?? letter
  }
  return folded.normalize('NFC').trim()
}

function oneCase(letter: string): string {
  return Array.from(Array.from(letter.toLowerCase(), upper).join(''), lower).join('')
}

function upper(letter: string): string {
  return letter.toUpperCase()
}

function lower(letter: string): string {
  return letter.toLowerCase()
}
