/** What people are called in a search, each differently: a guest who comes back may have the name of one who has gone. */
import { hasEnded } from '../core/guests'
import { fold } from '../parts/fold'
import type { User, UserId } from '../protocol'
import type { Named } from './query'

/** Those who are here by their names; those whose stay has ended as `past` says it, numbered where that is not enough. */
export function distinct(
  people: Iterable<User>,
  boxNow: number,
  past: (user: User, endedAt: number) => string,
): Named<UserId>[] {
  const byId = [...people].sort((one, other) => one.id - other.id)
  const gone = byId.filter((user) => hasEnded(user, boxNow))
  const here = byId.filter((user) => !gone.includes(user))
  const taken = new Set<string>()
  return [...here, ...gone].map((user) => {
    const plain = gone.includes(user) ? past(user, user.ends_at ?? boxNow) : user.name
    let name = plain
    for (let n = 2; taken.has(fold(name)); n++) name = `${plain} ${n}`
    taken.add(fold(name))
    return { id: user.id, name }
  })
}
