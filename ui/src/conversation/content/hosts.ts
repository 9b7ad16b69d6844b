/**
 * Which words name a host, when nobody has written a scheme before them: an address, a name of the local network, a name
 * of the internet, or a name with a port. A link that is missing costs a moment, and a false one puts a line under
 * `notes.txt` or `e.g.`: what is as often something else is no host. Pure.
 */

/** What follows the host decides with it: `docs.it` may be anything, `docs.it/page` is an address. */
export type Following = { readonly port: number | null; readonly path: boolean }
export type Scheme = 'http' | 'https'

/** Names of the local network end in these: RFC 6762, RFC 8375, and what routers hand out. */
const LAN = new Set('local lan home internal intranet localdomain box'.split(' '))

const PUBLIC = new Set('com org net edu gov io dev app'.split(' '))

/** Countries whose ending is neither a word nor a kind of file. */
const COUNTRIES = new Set(
  (
    'ae ar au bg br ca ch cl cn co cz de dk ee es eu fi fr gr hk hr hu ie il ir jp kr kz lt lu lv mo mx my nl nz pe ph ' +
    'pt ro ru se sg sk th tr tw ua uk uy vn za'
  ).split(' '),
)

/** These are: `ok.it is`, `look.at this`, `main.cc`. Only a path makes an address of them. */
const WORDLIKE = new Set('ai am at be by cc fm gg gl id in is it ly me no sh si to tv us ws'.split(' '))

/** A number after these counts something, and is no port. */
const COUNTED = new Set(
  (
    'age code cost count error gid height id len length level line max min page pid pin port price rate room size sum tcp ' +
    'tel time total udp uid weight width year'
  ).split(' '),
)

/** The first port that a program may open without being root: below, only those that people leave out are believed. */
const PORT_FREE = 1024
const PORT_MAX = 65_535
/** `since:2024` is a year. */
const YEARS = { from: 1900, to: 2099 }

const LABEL = /^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/i

/**
 * By which scheme a host without one is meant, or null when this is no host. `own` is the host and port under which this
 * page was opened: porch itself is spoken to by https only. Printers, routers and the like have no certificate, so that
 * https would end at a warning: names and addresses of the local network get http, as does what has a port that says
 * nothing of https. What is on the internet has had https for years, and http would hand the first request to whoever
 * listens in between.
 */
export function schemeOf(host: string, { port, path }: Following, own: string): Scheme | null {
  if (port !== null && (port < 1 || port > PORT_MAX)) return null
  const scheme = isOwn(host.toLowerCase(), port, own) || String(port).endsWith('443') ? 'https' : 'http'
  const labels = host.split('.')
  if (!labels.every((label) => LABEL.test(label))) return null
  const last = labels.at(-1)!
  if (/^\d+$/.test(last)) return isAddress(host) && (path || port !== null || isLocal(host)) ? scheme : null
  if (labels.length === 1) return port !== null && isNamed(host, port) ? scheme : null
  if (LAN.has(last) || host.endsWith('.home.arpa')) return scheme
  if (host.includes('_')) return null
  const www = labels[0]!.toLowerCase() === 'www' && labels.length > 2 && isEnding(last)
  const known = PUBLIC.has(last) || COUNTRIES.has(last) || (path && WORDLIKE.has(last))
  if (!www && !known) return null
  return port === null ? 'https' : scheme
}

function isOwn(host: string, port: number | null, own: string): boolean {
  if (port !== null) return `${host}:${port}` === own
  return host === 'porch.local' || host === own.replace(/:\d+$/, '')
}

/** Four numbers of a byte each, as nobody writes a version of more than a few. */
export function isAddress(host: string): boolean {
  const parts = host.split('.')
  return parts.length === 4 && parts.every((part) => String(Number(part)) === part && Number(part) < 256)
}

/** The last word of a name: letters, or what punycode makes of letters. Never a number, which browsers take for an address. */
export function isEnding(label: string): boolean {
  return /^(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/i.test(label)
}

/** Networks that are not routed: RFC 1918, 3927, 6598, and this device. Elsewhere four numbers may be a version. */
function isLocal(address: string): boolean {
  return /^(?:10|127|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./.test(
    address,
  )
}

/** `nas:5000`, but neither `a:5000` nor `Total:5000` nor `10:30`. */
function isNamed(label: string, port: number): boolean {
  if (!/^[a-z][a-z0-9_-]*[a-z0-9]$/.test(label) || COUNTED.has(label)) return false
  if (port >= YEARS.from && port <= YEARS.to) return false
  return port >= PORT_FREE || port === 80 || port === 443
}
