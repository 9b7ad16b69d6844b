import { expect, test } from 'vitest'
import { parseRoute, pathTo, type Route, unglued } from './router.svelte'
import { herePath } from './search/herePath'

const places: [string, Route][] = [
  ['/', { at: 'chats' }],
  ['/r/4', { at: 'room', room: 4, message: null }],
  ['/r/4/42', { at: 'room', room: 4, message: 42 }],
  ['/r/4/details', { at: 'details', room: 4 }],
  ['/r/4/pictures', { at: 'gallery', room: 4, gallery: 'pictures' }],
  ['/r/4/links', { at: 'gallery', room: 4, gallery: 'links' }],
  ['/people', { at: 'people' }],
  ['/people/2', { at: 'person', user: 2 }],
  ['/me', { at: 'me' }],
  ['/search', { at: 'search', query: '' }],
  ['/new-room', { at: 'new-room' }],
  ['/new-chat', { at: 'new-chat' }],
  ['/join', { at: 'join' }],
  ['/sign-in', { at: 'sign-in' }],
  ['/j/Zm9vYmFyLWJhel9xdXV4MQ', { at: 'invited', token: 'Zm9vYmFyLWJhel9xdXV4MQ' }],
  ['/invites', { at: 'invites' }],
  ['/invites/3', { at: 'invite', invite: 3 }],
  ['/new-invite', { at: 'new-invite' }],
  ['/box', { at: 'box' }],
]

test.each(places)('%s names a place and the place names it', (path, route) => {
  expect(parseRoute(path)).toEqual(route)
  expect(pathTo(route)).toBe(path)
})

test('a_search_within_a_room_leaves_the_room_and_its_message_known', () => {
  for (const message of [null, 42]) {
    const find = '苹果 from:Ada "a phrase"&x=1 +%#'
    const url = new URL(herePath(4, message, find), 'https://porch.local')
    expect(parseRoute(url.pathname, url.search)).toEqual({ at: 'room', room: 4, message })
    expect(url.searchParams.get('find')).toBe(find)
  }
})

test('a_search_has_what_stands_behind_the_question_mark', () => {
  expect(parseRoute('/search', '?q=a&from=3')).toEqual({ at: 'search', query: 'q=a&from=3' })
  expect(pathTo({ at: 'search', query: 'q=a&from=3' })).toBe('/search?q=a&from=3')
})

test.each([
  '/r',
  '/r/',
  '/r/0',
  '/r/x',
  '/r/4/0',
  '/r/4/x',
  '/r/4/42/7',
  '/r/9007199254740993',
  '/people/x',
  '/people/2/3',
  '/me/x',
  '/j',
  '/j/',
  '/j/token/more',
  '/invites/x',
  '/invites/3/4',
  '/nowhere',
])('%s names nothing', (path) => {
  expect(parseRoute(path)).toEqual({ at: 'not-found' })
})

test('a_slash_at_the_end_changes_nothing', () => {
  expect(parseRoute('/people/')).toEqual({ at: 'people' })
})

const INVITE = '/j/Zm9vYmFyLWJhel9xdXV4MQ'

test.each([
  ...[
    '.',
    ',',
    ')',
    '>',
    '。',
    '，',
    '、',
    '」',
    '】',
    '»',
    '”',
    '…',
    '%2E',
    '%E3%80%82',
    '%3E',
    '*',
    '_',
    ')加入吧',
    '/.',
    '/',
  ],
])('an invite with %s glued to it is the invite', (glued) => {
  expect(unglued(INVITE + glued)).toBe(INVITE)
  expect(parseRoute(INVITE + glued)).toEqual(parseRoute(INVITE))
})

test('so_is_a_link_to_a_message_and_nothing_is_cut_from_what_was_mistyped', () => {
  expect(parseRoute('/r/4/42。')).toEqual({ at: 'room', room: 4, message: 42 })
  expect(parseRoute('/r/4/42%E3%80%82')).toEqual({ at: 'room', room: 4, message: 42 })
  expect(parseRoute('/r/4/details).')).toEqual({ at: 'details', room: 4 })
  expect(parseRoute('/r/4/files).')).toEqual({ at: 'gallery', room: 4, gallery: 'files' })
  expect(parseRoute(`${INVITE}a`)).toEqual({ at: 'invited', token: `${INVITE.slice(3)}a` })
  expect(parseRoute('/j/short.')).toEqual({ at: 'invited', token: 'short.' })
  for (const path of ['/', '/people', '/r/4', '/r/4/details', '/r/4/42x.']) expect(unglued(path)).toBe(path)
})
