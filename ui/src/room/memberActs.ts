/** What one may do with a member of a room. Pure. */
import type { IconName } from '../parts/sprite'
import type { Act, User, UserId } from '../protocol'

export type MemberAct = 'makeOwner' | 'revokeOwner' | 'stepDown' | 'remove'

export const labels = {
  makeOwner: 'member.makeOwner',
  revokeOwner: 'member.revokeOwner',
  stepDown: 'member.stepDown',
  remove: 'member.remove',
} as const satisfies { readonly [act in MemberAct]: string }

export const icons: { readonly [act in MemberAct]: IconName } = {
  makeOwner: 'crown',
  revokeOwner: 'user',
  stepDown: 'user',
  remove: 'log-out',
}

/** In the order of a menu. One who owns the room alone stays its owner; no guest becomes one. */
export function actsOn(
  { user, owner }: { readonly user: User; readonly owner: boolean },
  may: readonly Act[],
  me: UserId | undefined,
  owners: number,
): readonly MemberAct[] {
  const acts: MemberAct[] = []
  if (may.includes('set_roles')) {
    if (!owner && user.role !== 'guest') acts.push('makeOwner')
    if (owner && owners > 1) acts.push(user.id === me ? 'stepDown' : 'revokeOwner')
  }
  if (may.includes('remove_members') && user.id !== me) acts.push('remove')
  return acts
}
