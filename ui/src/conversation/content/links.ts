/**
 * Where the links are in a text. Only `http:`, `https:` and `mailto:` are ever made. A text is read once from its
 * beginning to its end, whatever stands in it: what has been looked at for one link is not looked at for the next. Pure.
 *
 * Scripts that run on without spaces (Chinese, Japanese, Korean, Thai and their like) stand right beside a link and are
 * no part of it: `链接https://example.com/c谢谢`. Within an address they are meant where a segment begins with them
 * (`/wiki/树`, `?q=天气`), which nobody writes by accident. Two cases nobody can tell apart. After the first slash of all
 * they end the link, because browsers copy an address with that slash: `打开https://porch.local/然后登录`; unless a second
 * segment begins with them (`/菜谱/红烧肉`). Glued to a letter they end it, too, and `/wiki/C语言` is cut: most addresses
 * are copied, and then such letters are encoded.
 */
import { isAddress, isEnding, schemeOf } from './hosts'

/** [start, end) in UTF-16 code units. */
export type Link = { readonly start: number; readonly end: number; readonly href: string }
/** What came of looking at a place, and where to go on. */
type Look = { readonly link: Link | null; readonly next: number }

/** What may be a scheme, a host or the name before an @. */
const WORD = /[a-z0-9_+][a-z0-9_.+-]*|\[[0-9a-f:.]{2,45}\]/gi
const ASCII_RUN = /[!-~]*/y

/** Without the dotless ı, which passes for an i. */
const HOST = /[a-z0-9À-ÖØ-öø-\u0130\u0132-ž_.-]+|\[[0-9a-f:.]{2,45}\]/iy
const HOST_ELSEWHERE = /[\p{L}\p{M}\p{N}.-]+/uy
const HAS_LATIN = /\p{Script=Latin}/u
/** A name or password before the host: the link would not lead where it seems to. */
const LOGIN = /[\wÀ-ž!$&'()*+,;=:%.~-]*@/y
const LOGIN_ELSEWHERE = /[\p{L}\p{M}\p{N}!$&'()*+,;=:%_.~-]*@/uy
const PORT = /:\d{1,5}(?![\w@-]|[.:]\w)/y
const DOMAIN = /[a-z0-9_.-]+/iy
/** A range of addresses, as `10.0.0.0/8`, and no page. */
const RANGE = /\/\d{1,2}(?![\w./?#-])/y

/** No host or address begins right behind these; scripts with upper and lower case have spaces between words. */
const JOINS = /[\p{Lu}\p{Ll}\p{Lt}@/\\=#&$%~^.-]|[\u0300-\u036f]/u
/** A letter or more where the address would have to end. */
const GOES_ON = /[\p{Lu}\p{Ll}\p{Lt}@]|[\u0300-\u036f]/u

const RUNS_ON =
  /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Bopo}\p{sc=Yi}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\p{sc=Tibetan}\uff10-\uff5a]/u
/**
 * A first segment in such a script, and behind it one that begins in it. In one class: some marks are of such a script as well,
 * and a choice of two for each would be tried in every way there is.
 */
const TWO_SEGMENTS = new RegExp(`\\/[${RUNS_ON.source.slice(1, -1)}\\p{M}]+\\/${RUNS_ON.source}`, 'uy')
const LETTER = /[\p{L}\p{M}\p{N}]/u
/** Begins a segment, which may be in any script. */
const BEGINS = '/=#_-'
const ENDS_SEGMENT = '/?&=#'
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }
/** Belongs to the sentence when it stands last. */
const TRAILING = ".,:;!?'*_~\u200c"
/** Two addresses with only this between them. */
const NEXT_LINK = /[,;([{](?:https?:\/\/|www\.)/iy

/** `own` is the host and port under which this page was opened. */
export function linksOf(text: string, own: string): Link[] {
  const links: Link[] = []
  for (let next = 0; next < text.length; ) {
    WORD.lastIndex = next
    const found = WORD.exec(text)
    if (!found) break
    const look = lookAt(text, found.index, found[0], own)
    if (look.link) links.push(look.link)
    next = look.next
  }
  return links
}

function lookAt(text: string, start: number, word: string, own: string): Look {
  const end = start + word.length
  if (text.startsWith('://', end)) return withScheme(text, start, word)
  if (text[end] === '@') return mail(text, start, word)
  return withoutScheme(text, start, word, own)
}

// --- With a scheme -------------------------------------------------------------------------------

function withScheme(text: string, start: number, word: string): Look {
  const scheme = /(?:^|[._])(https?)$/i.exec(word)?.[1]
  const hostAt = start + word.length + 3
  const hostEnd = scheme ? hostEndAt(text, hostAt) : null
  if (scheme && hostEnd !== null)
    return finished(text, start + word.length - scheme.length, matchEnd(PORT, text, hostEnd), '')
  // Nothing of it may pass for an address of its own: neither what stands before an @, nor what stands behind it.
  return { link: null, next: matchEnd(ASCII_RUN, text, matchEnd(LOGIN_ELSEWHERE, text, hostAt)) }
}

/** Where a host after a scheme ends; null where it is none that is shown as what it is. */
function hostEndAt(text: string, at: number): number | null {
  const end = matchEnd(HOST, text, at)
  if (end > at) {
    const host = withoutTrail(text.slice(at, end))
    if (matchEnd(LOGIN, text, at) > at || !isHost(host)) return null
    // A letter that only looks like one of ours, or the rest of a name in another script.
    if (
      GOES_ON.test(charAt(text, end)) ||
      (!host.includes('.') && text[end - 1] === '.' && LETTER.test(charAt(text, end)))
    )
      return null
    return at + host.length
  }
  const elsewhere = matchEnd(HOST_ELSEWHERE, text, at)
  const host = withoutTrail(text.slice(at, elsewhere))
  const clear = host.includes('.') && !HAS_LATIN.test(host) && matchEnd(LOGIN_ELSEWHERE, text, at) === at
  return clear ? at + host.length : null
}

function isHost(host: string): boolean {
  const last = host.slice(host.lastIndexOf('.') + 1)
  // Browsers take `1.2.3` and `0x7f` for addresses, others than one would think.
  return host !== '' && (!/^(?:\d+|0x[\da-f]*)$/i.test(last) || isAddress(host))
}

// --- Without -------------------------------------------------------------------------------------

function withoutScheme(text: string, start: number, word: string, own: string): Look {
  const host = withoutTrail(word)
  const hostEnd = start + host.length
  const none = { link: null, next: start + word.length }
  if (joinsBefore(text, start, /^www\./i.test(host)) || GOES_ON.test(charAt(text, hostEnd))) return none
  const end = matchEnd(PORT, text, hostEnd)
  const port = end > hostEnd ? Number(text.slice(hostEnd + 1, end)) : null
  // `nas.local:/volume` is where a file is copied to, and `main.rs:12:5` a place in one.
  if (port === null && /^:[\w/@]/.test(text.slice(hostEnd, hostEnd + 2))) return none
  const path = /^\/[\w~@%?#.-]/.test(text.slice(end, end + 2))
  const scheme = host.startsWith('[') ? literalScheme(host, port, path) : schemeOf(host, { port, path }, own)
  if (!scheme || (port === null && isAddress(host) && matchEnd(RANGE, text, end) > end)) return none
  return finished(text, start, end, `${scheme}://`)
}

/** `[fe80::1]` alone may be a list of times; with a port or a path it is an address (RFC 3986). */
function literalScheme(host: string, port: number | null, path: boolean) {
  return host.includes('::') || host.split(':').length === 8 ? (port !== null || path ? 'http' : null) : null
}

function joinsBefore(text: string, start: number, surely: boolean): boolean {
  const before = charBefore(text, start)
  // `key:value` is one thing, `网址:example.com` is two.
  if (before === ':') return !surely && /[\w@]/.test(text[start - 2] ?? '')
  return before !== '' && JOINS.test(before)
}

/** The scheme, or what the words before the colon say. */
const MAIL = /(?:(mailto)|e-?mail):$/i

function mail(text: string, start: number, word: string): Look {
  const end = matchEnd(DOMAIN, text, start + word.length + 1)
  const domain = withoutTrail(text.slice(start + word.length + 1, end))
  const address = text.slice(start, start + word.length + 1) + domain
  const next = Math.max(start + word.length + 1, end)
  const said = MAIL.exec(text.slice(Math.max(0, start - 7), start))
  const after = text.slice(start + address.length, start + address.length + 2)
  const clear =
    (said || !joinsBefore(text, start, false)) &&
    /^[a-z0-9](?:[\w.+-]*[\w+-])?$/i.test(word) &&
    isDomain(domain) &&
    // `git@host:path` and `user@host/x` are other things.
    !/^(?::[\w/~.]|\/\w|@)/.test(after) &&
    !GOES_ON.test(charAt(text, start + address.length))
  if (!clear) return { link: null, next }
  const scheme = said?.[1] ? 'mailto:'.length : 0
  return {
    link: { start: start - scheme, end: start + address.length, href: `mailto:${address}` },
    next,
  }
}

function isDomain(domain: string): boolean {
  const labels = domain.split('.')
  return labels.length > 1 && !labels.includes('') && isEnding(labels.at(-1)!)
}

// --- Path, query, fragment -----------------------------------------------------------------------

/** The link whose host and port end at `end`. */
function finished(text: string, start: number, end: number, scheme: string): Look {
  const tail = /[/?#]/.test(text[end] ?? '') ? tailAt(text, end, text[start - 1] === "'") : { end, next: end }
  const href = scheme + text.slice(start, tail.end)
  // A port too large, a name too long: the browser has the last word.
  const link = URL.canParse(href) ? { start, end: tail.end, href } : null
  return { link, next: tail.next }
}

function tailAt(text: string, from: number, quoted: boolean): { end: number; next: number } {
  const open: { at: number; closing: string }[] = []
  let at = from
  let before = ''
  /** This segment was begun in a script that runs on. */
  let runsOn = false
  while (at < text.length) {
    const char = charAt(text, at)
    const closing = CLOSING[char]
    if (closing !== undefined || char === ',' || char === ';') {
      if (matchEnd(NEXT_LINK, text, at) > at) break
      if (closing !== undefined) open.push({ at, closing })
    } else if (')]}'.includes(char)) {
      if (open.pop()?.closing !== char) break
    } else if (!/[\w~:/?#@!$&*+=%.'\u200c-]/.test(char)) {
      if (!LETTER.test(char)) break
      if (RUNS_ON.test(char) && !runsOn) {
        if (at - 1 === from ? matchEnd(TWO_SEGMENTS, text, from) === from : !BEGINS.includes(before)) break
        runsOn = true
      }
    } else if (quoted && char === "'") break
    if (ENDS_SEGMENT.includes(char)) runsOn = false
    before = char
    at += char.length
  }
  return { end: trimmed(text, from, open[0]?.at ?? at), next: at }
}

/** Without what belongs to the sentence: its full stop, and the words behind a comma (`/a,and so on`). */
function trimmed(text: string, from: number, end: number): number {
  const inQuery = text.slice(from, end).includes('?')
  for (;;) {
    while (end > from && TRAILING.includes(text[end - 1]!)) end--
    let comma = end
    while (comma > from && /\p{L}/u.test(text[comma - 1]!)) comma--
    if (inQuery || comma === end || text[comma - 1] !== ',') return end
    end = comma - 1
  }
}

// --- Reading ----------------------------------------------------------------------------------------

/** A pattern for this would look at each of many dots again and again. */
function withoutTrail(host: string): string {
  let end = host.length
  while (end > 0 && '._+-'.includes(host[end - 1]!)) end--
  return host.slice(0, end)
}

/** Where a sticky pattern that begins at `at` ends; `at` itself where it does not match. */
function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

function charAt(text: string, at: number): string {
  const code = text.codePointAt(at)
  return code === undefined ? '' : String.fromCodePoint(code)
}

function charBefore(text: string, at: number): string {
  const half = text.charCodeAt(at - 1)
  return half >= 0xdc00 && half <= 0xdfff ? charAt(text, at - 2) : text.slice(Math.max(0, at - 1), at)
}
