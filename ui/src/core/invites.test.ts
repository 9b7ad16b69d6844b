import { describe, expect, it } from 'vitest'
import type { Door, DoorKind } from '../protocol'
import { hasEnded, untilNotice } from './guests'
import { doorForQr, inviteState, isPaused, roleToOffer, throughDoor } from './invites'

const NOW = 1_790_000_000_000

describe('an invite', () => {
  it('is good until its time', () => {
    const invite = { once: false, joined: 3, ends_at: NOW + 1 }
    expect(inviteState(invite, NOW)).toBe('good')
    expect(inviteState(invite, NOW + 1)).toBe('ended')
    expect(inviteState({ ...invite, ends_at: null }, NOW)).toBe('good')
  })

  it('for guests does not work while guests are off, and one for members does', () => {
    expect(isPaused({ role: 'guest' }, false)).toBe(true)
    expect(isPaused({ role: 'guest' }, true)).toBe(false)
    expect(isPaused({ role: 'member' }, false)).toBe(false)
  })

  it('for one person is good until that person has come', () => {
    expect(inviteState({ once: true, joined: 0, ends_at: null }, NOW)).toBe('good')
    expect(inviteState({ once: true, joined: 1, ends_at: null }, NOW)).toBe('used')
  })
})

it('offers guests where a room is open to them, and they may come', () => {
  const room = (guests: boolean, archived = false) => ({ settings: { guests, archived } })
  expect(roleToOffer([room(false), room(true)], true)).toBe('guest')
  expect(roleToOffer([room(false), room(true)], false)).toBe('member')
  expect(roleToOffer([room(false), room(true, true)], true)).toBe('member')
  expect(roleToOffer([], true)).toBe('member')
})

describe('the door of a QR code', () => {
  const door = (kind: DoorKind, host: string): Door => ({
    kind,
    url: `https://${host}/`,
    plain: `http://${host}/`,
  })
  const name = door('name', 'porch.local')
  const cable = door('address', '192.168.1.20')
  const wifi = door('address', '10.42.0.1')

  it('is an address, and the one this page came through', () => {
    expect(doorForQr([name, cable, wifi], 'porch.local')).toBe(cable)
    expect(doorForQr([name, cable, wifi], '10.42.0.1')).toBe(wifi)
  })

  it('is what there is where there is no address', () => {
    expect(doorForQr([name], 'porch.local')).toBe(name)
    expect(doorForQr([], 'porch.local')).toBeUndefined()
  })

  it('leads to a path with its port', () => {
    const odd = { ...door('address', '10.0.0.5:8443'), plain: 'http://10.0.0.5:8080/' }
    expect(throughDoor(odd, 'url', '/r/4')).toBe('https://10.0.0.5:8443/r/4')
    expect(throughDoor(odd, 'plain', '/j/abc')).toBe('http://10.0.0.5:8080/j/abc')
  })
})

describe('a stay', () => {
  it('has ended from its end on, by the clock of the box', () => {
    expect(hasEnded({ ends_at: NOW }, NOW)).toBe(true)
    expect(hasEnded({ ends_at: NOW }, NOW - 1)).toBe(false)
    expect(hasEnded({ ends_at: null }, NOW)).toBe(false)
  })

  it('is worth a word an hour before its end, and at once when there is less left', () => {
    expect(untilNotice({ ends_at: NOW + 3_600_001 }, NOW)).toBe(1)
    expect(untilNotice({ ends_at: NOW + 60_000 }, NOW)).toBe(0)
    expect(untilNotice({ ends_at: null }, NOW)).toBeNull()
  })
})
