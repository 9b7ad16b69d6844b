import { expect, test } from 'vitest'
import { ada, grace } from '../core/testing/box'
import type { Act } from '../protocol'
import { actsOn } from './memberActs'

const all: readonly Act[] = ['remove_members', 'set_roles', 'write']
const guest = { ...grace, role: 'guest' } as const

test('what_is_offered_with_a_member_is_what_the_box_would_do', () => {
  const table = [
    [{ user: grace, owner: false }, all, 1, ['makeOwner', 'remove']],
    [{ user: guest, owner: false }, all, 1, ['remove']],
    [{ user: grace, owner: true }, all, 2, ['revokeOwner', 'remove']],
    [{ user: grace, owner: true }, all, 1, ['remove']],
    [{ user: ada, owner: true }, all, 2, ['stepDown']],
    [{ user: ada, owner: true }, all, 1, []],
    [{ user: ada, owner: false }, all, 1, ['makeOwner']],
    [{ user: grace, owner: false }, ['write'], 1, []],
  ] as const
  for (const [row, may, owners, acts] of table) expect(actsOn(row, may, ada.id, owners)).toEqual(acts)
})
