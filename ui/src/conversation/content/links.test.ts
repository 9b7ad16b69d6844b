import { readFileSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { linksOf } from './links'
import { isPlain } from './text'

const OWN = 'ship.local:8443'

/** Texts, and whether the box finds a link to a page in each; its test reads the same file. */
const told: [text: string, hasLink: boolean][] = JSON.parse(
  readFileSync(new URL('../../../../tests/links.json', import.meta.url), 'utf8'),
)

test('what the box takes for a link to a page is one here', () => {
  const others = told.filter(
    ([text, hasLink]) => hrefs(text).some((href) => /^https?:/i.test(href)) !== hasLink,
  )
  expect(others).toEqual([])
})

const shown = (text: string) => linksOf(text, OWN).map(({ start, end }) => text.slice(start, end))
const hrefs = (text: string) => linksOf(text, OWN).map(({ href }) => href)

/** A text, and what in it is a link; where the address is another than what is shown, that too. */
type Case = readonly [text: string, ...links: (string | readonly [shown: string, href: string])[]]

function table(name: string, cases: readonly Case[]) {
  describe(name, () => {
    test.each(cases.map(([text, ...links]) => [text, links] as const))('%s', (text, links) => {
      expect(isPlain(text)).toBe(false)
      expect(shown(text)).toEqual(links.map((link) => (typeof link === 'string' ? link : link[0])))
      expect(hrefs(text)).toEqual(links.map((link) => (typeof link === 'string' ? link : link[1])))
    })
  })
}

table('scripts_that_run_on_stand_right_beside_a_link', [
  ['请看https://wiki.ship.lan/a', 'https://wiki.ship.lan/a'],
  ['链接https://example.com/c谢谢', 'https://example.com/c'],
  ['链接https://example.com谢谢', 'https://example.com'],
  ['你好www.example.com', ['www.example.com', 'https://www.example.com']],
  ['你好www.example.com很好', ['www.example.com', 'https://www.example.com']],
  ['これはhttps://example.com/a/bです。', 'https://example.com/a/b'],
  ['https://example.com/aのページ', 'https://example.com/a'],
  ['https://example.com/aー', 'https://example.com/a'],
  ['https://example.com/a에서 봐', 'https://example.com/a'],
  ['ดูที่https://example.com/aครับ', 'https://example.com/a'],
  ['打开https://porch.local/然后登录', 'https://porch.local/'],
  ['邮箱:ada@example.com谢谢', ['ada@example.com', 'mailto:ada@example.com']],
  ['在nas:5000上', ['nas:5000', 'http://nas:5000']],
  ['𠮷https://example.com/a𠮷', 'https://example.com/a'],
  ['看https://a.com，联系b@c.com。', 'https://a.com', ['b@c.com', 'mailto:b@c.com']],
])

table('where_a_segment_begins_in_such_a_script_it_is_part_of_the_address', [
  ['https://zh.wikipedia.org/wiki/树', 'https://zh.wikipedia.org/wiki/树'],
  ['见https://zh.wikipedia.org/wiki/树。', 'https://zh.wikipedia.org/wiki/树'],
  ['https://zh.wikipedia.org/wiki/苹果_(消歧义)', 'https://zh.wikipedia.org/wiki/苹果_(消歧义)'],
  ['https://ja.wikipedia.org/wiki/東京/歴史 です', 'https://ja.wikipedia.org/wiki/東京/歴史'],
  ['https://search.lan/find?q=天气&page=2', 'https://search.lan/find?q=天气&page=2'],
  ['菜谱在这里https://example.com/菜谱/红烧肉。', 'https://example.com/菜谱/红烧肉'],
  ['菜谱在这里https://example.com/菜谱/红烧肉/图片，很好', 'https://example.com/菜谱/红烧肉/图片'],
  ['https://example.com/レシピ/カレー を見て', 'https://example.com/レシピ/カレー'],
  ['见example.com/菜谱/红烧肉', ['example.com/菜谱/红烧肉', 'https://example.com/菜谱/红烧肉']],
  ['打开https://porch.local/，然后登录/注册', 'https://porch.local/'],
  ['打开https://porch.local/菜谱 /红烧肉', 'https://porch.local/'],
  ['打开https://porch.local?菜谱/红烧肉', 'https://porch.local'],
  ['http://nas.lan/文件/2024-报告.pdf', ['http://nas.lan/', 'http://nas.lan/']],
  ['http://nas.lan/files/2024-报告.pdf', 'http://nas.lan/files/2024-报告.pdf'],
  ['https://zh.wikipedia.org/wiki/C语言', 'https://zh.wikipedia.org/wiki/C'],
  ['https://zh.wikipedia.org/wiki/%E6%A0%91谢谢', 'https://zh.wikipedia.org/wiki/%E6%A0%91'],
  ['https://ru.wikipedia.org/wiki/Дерево', 'https://ru.wikipedia.org/wiki/Дерево'],
])

table('a_link_ends_with_the_sentence', [
  ['see https://example.com/lake_(big).', 'https://example.com/lake_(big)'],
  ['(https://example.com/a)', 'https://example.com/a'],
  ['(see https://example.com/a_(b))', 'https://example.com/a_(b)'],
  ['https://example.com/a(内网)', ['https://example.com/a', 'https://example.com/a']],
  ['https://example.com/a)b', 'https://example.com/a'],
  ['[https://example.com/a]', 'https://example.com/a'],
  ['[text](https://example.com/a)', 'https://example.com/a'],
  ['https://example.com/?a[]=1', 'https://example.com/?a[]=1'],
  ['“https://example.com/a”', 'https://example.com/a'],
  ['"https://example.com/a"', 'https://example.com/a'],
  ["'https://example.com/a'b", 'https://example.com/a'],
  ["https://example.com/l'été", "https://example.com/l'été"],
  ['«https://example.com/a»', 'https://example.com/a'],
  ['「https://example.com/a」', 'https://example.com/a'],
  ['（https://example.com/a）', 'https://example.com/a'],
  ['【https://example.com/a】', 'https://example.com/a'],
  ['《https://example.com/a》', 'https://example.com/a'],
  ['https://example.com/a，https://example.com/b；', 'https://example.com/a', 'https://example.com/b'],
  ['https://example.com/a！', 'https://example.com/a'],
  ['https://example.com/a……', 'https://example.com/a'],
  ['<https://example.com/a>', 'https://example.com/a'],
  ['https://example.com/a...', 'https://example.com/a'],
  ['https://example.com/a?!', 'https://example.com/a'],
  ['**https://example.com/a**', 'https://example.com/a'],
  ['see https://example.com/a,and tell', 'https://example.com/a'],
  ['https://example.com,and so on', 'https://example.com'],
  ['https://example.com/a,https://example.com/b', 'https://example.com/a', 'https://example.com/b'],
  ['https://map.lan/@52.5,13.4,15z', 'https://map.lan/@52.5,13.4,15z'],
  ['https://example.com/news,123,page.html', 'https://example.com/news,123,page.html'],
  ['https://example.com/?fields=name,age', 'https://example.com/?fields=name,age'],
  ['https://example.com/a🎉', 'https://example.com/a'],
  ['https://example.com/a|b', 'https://example.com/a'],
  ['Look.https://example.com/a', 'https://example.com/a'],
  ['HTTPS://Example.COM/A', 'HTTPS://Example.COM/A'],
  ['https://example.com:8443/a#b', 'https://example.com:8443/a#b'],
  ['https://example.com: here', 'https://example.com'],
  ['https://web.lan/save/https://example.com/a', 'https://web.lan/save/https://example.com/a'],
  ['http://nas/', 'http://nas/'],
  ['http://localhost:3000', 'http://localhost:3000'],
])

table('right_to_left', [
  ['ראה https://example.com/a.', 'https://example.com/a'],
  ['ראה את https://example.com/a, תודה', 'https://example.com/a'],
  ['בhttps://example.com/a', 'https://example.com/a'],
  ['انظر https://example.com/a؟', 'https://example.com/a'],
  ['انظر https://example.com/a، شكرا', 'https://example.com/a'],
  ['وwww.example.com', ['www.example.com', 'https://www.example.com']],
  ['https://ar.wikipedia.org/wiki/شجرة', 'https://ar.wikipedia.org/wiki/شجرة'],
  ['https://fa.wikipedia.org/wiki/می‌خواهم', 'https://fa.wikipedia.org/wiki/می‌خواهم'],
  ['\u202bhttps://example.com/a\u202c', 'https://example.com/a'],
  ['https://example.com/a\u202egpj.exe', 'https://example.com/a'],
  ['https://example.com/a\u200f', 'https://example.com/a'],
])

table('hosts_of_the_local_network_need_no_scheme', [
  ['192.168.1.20:8080/map', ['192.168.1.20:8080/map', 'http://192.168.1.20:8080/map']],
  ['at 192.168.1.20.', ['192.168.1.20', 'http://192.168.1.20']],
  ['10.0.0.5/a', ['10.0.0.5/a', 'http://10.0.0.5/a']],
  ['8.8.8.8:8443', ['8.8.8.8:8443', 'https://8.8.8.8:8443']],
  ['nas:5000', ['nas:5000', 'http://nas:5000']],
  ['nas:5000/web?x=1', ['nas:5000/web?x=1', 'http://nas:5000/web?x=1']],
  ['nas:5000, pi4:8123!', ['nas:5000', 'http://nas:5000'], ['pi4:8123', 'http://pi4:8123']],
  ['localhost:3000', ['localhost:3000', 'http://localhost:3000']],
  ['porch.local:8443/r/1', ['porch.local:8443/r/1', 'https://porch.local:8443/r/1']],
  ['at porch.local/r/4, today', ['porch.local/r/4', 'https://porch.local/r/4']],
  ['Ship.local/r/4', ['Ship.local/r/4', 'https://Ship.local/r/4']],
  ['ship.local:8123', ['ship.local:8123', 'http://ship.local:8123']],
  ['my_box.local', ['my_box.local', 'http://my_box.local']],
  ['fritz.box', ['fritz.box', 'http://fritz.box']],
  ['router.home.arpa', ['router.home.arpa', 'http://router.home.arpa']],
  ['wiki.ship.lan/a', ['wiki.ship.lan/a', 'http://wiki.ship.lan/a']],
  ['www.ship.lan', ['www.ship.lan', 'http://www.ship.lan']],
  ['http://[fe80::1]:8080/x', 'http://[fe80::1]:8080/x'],
  ['https://[::1]/', 'https://[::1]/'],
  ['[fd00::5]:8080/map', ['[fd00::5]:8080/map', 'http://[fd00::5]:8080/map']],
  ['ada@porch.local', ['ada@porch.local', 'mailto:ada@porch.local']],
])

table('mail_and_names_of_the_internet', [
  ['ada@example.com', ['ada@example.com', 'mailto:ada@example.com']],
  [
    'ada.b+news@mail.example.co.uk.',
    ['ada.b+news@mail.example.co.uk', 'mailto:ada.b+news@mail.example.co.uk'],
  ],
  ['mailto:ada@example.com', 'mailto:ada@example.com'],
  ['E-Mail:ada@example.com', ['ada@example.com', 'mailto:ada@example.com']],
  ['<ada@example.com>', ['ada@example.com', 'mailto:ada@example.com']],
  ['example.com', ['example.com', 'https://example.com']],
  ['example.com.', ['example.com', 'https://example.com']],
  ['(example.com/a)', ['example.com/a', 'https://example.com/a']],
  ['example.com:8080', ['example.com:8080', 'http://example.com:8080']],
  ['heise.de, orf.at/news', ['heise.de', 'https://heise.de'], ['orf.at/news', 'https://orf.at/news']],
  ['xn--bcher-kva.de', ['xn--bcher-kva.de', 'https://xn--bcher-kva.de']],
  ['https://bücher.de/a', 'https://bücher.de/a'],
  ['https://пример.рф/a', 'https://пример.рф/a'],
  ['https://例子.中国/页', ['https://例子.中国/', 'https://例子.中国/']],
])

test.each([
  'https://user:pass@example.com/a',
  'https://user@example.com',
  'https://müller:geheim@nas.local',
  'https://example.com@evil.lan/a',
  'https://例子.中国:pass@example.com',
  'user:pass@example.com',
  'nas:5000@example.com',
  'javascript:alert(1)',
  'javascript://example.com/%0aalert(1)',
  'JavaScript:example.com',
  'data:text/html,x',
  'data:text/html;base64,PHNjcmlwdD4=',
  'vbscript:x.com',
  'ftp://example.com/x',
  'git+https://example.com/x',
  'file:///etc/passwd',
  '//example.com/x',
  'git@example.com:ada/porch.git',
  'pi@pi.local:/home/pi',
  'ada@nas',
  'a@b@example.com',
  'nothing. to see',
  'and/or',
  'e.g. this, i.e. that',
  'U.S. and Ph.D.',
  'notes.txt',
  'notes.txt:12',
  'main.rs:12:5',
  'readme.md, setup.py, install.sh, main.cc',
  'Node.js and ASP.NET',
  'libfoo.so.1',
  'done.Now',
  'ok.it is, look.at this',
  '.env.local',
  '_http._tcp.local',
  'a..local',
  'version 1.2.3',
  'version 1.2.3.4',
  '999.1.1.1:8080',
  '192.168.1.300',
  '192.168.01.1',
  '10.0.0.0/8',
  '192.168.1.1-192.168.1.20',
  '192.168.1.10-20',
  '10:30',
  '10:30-12:00',
  '16:9000',
  'a:5000',
  'Total:5000',
  'total:5000',
  'since:2024',
  'John 3:16, john:3',
  'nas:99999',
  'nas:5000-6000',
  'std::vector, fe80::1',
  '[10:30]',
  'https://',
  'https://.',
  'http://1.2.3/',
  'http://0x7f/',
  'http://example.com:99999/',
  // Cyrillic а and о, and a dotless ı, among Latin letters.
  'https://pаypal.com/',
  'https://раypal.com/',
  'https://example.cоm/',
  'https://vısa.com/',
  'https://пример.com/',
  'exаmple.com',
])('%s_holds_no_link', (text) => {
  expect(shown(text)).toEqual([])
})

/** Pieces that are something together, in any order. The same ones in each run. */
function* mixed(rounds: number): Generator<string> {
  const pieces = [
    ...'https:// http:// javascript: data: mailto: www. nas:5000 example.com ::1 10.0.0.1 . : / @ ? # [ ] ( ) ,'.split(
      ' ',
    ),
    ...'树 谢谢 中国. ب и é a % \\ \u202e \' " ` 🎉'.split(' '),
  ]
  let seed = 7
  const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below
  for (let round = 0; round < rounds; round++) {
    const between = next(4) ? '' : ' '
    yield Array.from({ length: 1 + next(9) }, () => pieces[next(pieces.length)]).join(between)
  }
}

test('whatever_is_written_a_link_leads_where_it_seems_to', () => {
  let found = 0
  for (const text of mixed(5_000)) {
    let before = 0
    for (const { start, end, href } of linksOf(text, OWN)) {
      expect(isPlain(text), text).toBe(false)
      const { protocol, username, password, hostname } = new URL(href)
      found++
      expect(start, text).toBeGreaterThanOrEqual(before)
      expect(end, text).toBeGreaterThan(start)
      expect(href.endsWith(text.slice(start, end)), text).toBe(true)
      expect(['http:', 'https:', 'mailto:'], text).toContain(protocol)
      expect(username + password, text).toBe('')
      if (!hostname.includes('xn--')) expect(text.slice(start, end).toLowerCase(), text).toContain(hostname)
      before = end
    }
  }
  expect(found).toBeGreaterThan(500)
})

/** Characters looked at: what patterns match, what is cut out, and one for each call. */
function workFor(text: string): number {
  let work = 0
  const { exec } = RegExp.prototype
  const { slice, codePointAt } = String.prototype
  vi.spyOn(RegExp.prototype, 'exec').mockImplementation(function (this: RegExp, on) {
    const from = this.lastIndex
    const found = exec.call(this, on)
    work += 1 + (found ? found.index + found[0].length - from : 0)
    return found
  })
  vi.spyOn(String.prototype, 'slice').mockImplementation(function (this: string, start, end) {
    const cut = slice.call(this, start, end)
    work += 1 + cut.length
    return cut
  })
  vi.spyOn(String.prototype, 'codePointAt').mockImplementation(function (this: string, at) {
    work++
    return codePointAt.call(this, at)
  })
  try {
    linksOf(text, OWN)
  } finally {
    vi.restoreAllMocks()
  }
  return work
}

const hostile = [
  // Marks of scripts that are written without spaces: Thai, Japanese as some systems name files, Khmer.
  '\u0e34',
  '\u3099',
  'https://a/\u17b6',
  'a',
  'a.',
  '.',
  '_',
  '+.',
  'a.de/(',
  'a.de/,',
  'a.de/,a',
  'https://',
  'https://a/(',
  'https://a/,https://',
  'https://a/.',
  'https://user:',
  'https://a@',
  'a@',
  'a:1',
  'nas:5000?',
  'www.',
  '[::1]',
  '[1:',
  '10.0.0.1/',
  '树https://a/树',
  'https://a/b/树(',
  'https://é',
  'https://и',
  "'https://a/'",
]

/** On a machine that does much else; of what grows by the square nobody sees the end. */
const PATIENCE_MS = 30_000

test.each(hostile)(
  'a_long_text_of_%s_costs_no_more_than_its_length',
  (piece) => {
    const long = (chars: number) => piece.repeat(Math.ceil(chars / piece.length))
    expect(workFor(long(8_000)) / workFor(long(2_000))).toBeLessThan(5)
    // What patterns look at in vain is not counted: 100,000 characters squared would outlast the test's time.
    for (const ending of ['', ' ', 'x', '@', ')', '\n', '树'])
      linksOf(`https://a/${long(100_000)}${ending}`, OWN)
    for (const ending of ['', ' ', 'x', '@', ')', '\n', '树']) linksOf(`${long(100_000)}${ending}`, OWN)
  },
  PATIENCE_MS,
)
